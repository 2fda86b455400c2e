import type { ServerConfig } from "../config.ts";
import { tlsOptions } from "../tls.ts";
import { userAgent } from "../version.ts";
import type { Check } from "./check.ts";

/** Whether the server answers. Nobody has to say who they are for that. */
export async function checkApi(server: ServerConfig): Promise<Check> {
  const url = `${server.apiUrl}/health`;
  const startedAtMs = performance.now();
  try {
    const response = await fetch(url, {
      headers: { "User-Agent": userAgent },
      signal: AbortSignal.timeout(server.requestTimeoutMs),
      ...(url.startsWith("https:") ? { tls: tlsOptions(server.tls) } : {}),
    });
    const latencyMs = Math.round(performance.now() - startedAtMs);
    const message = `${url} answered with ${response.status} in ${latencyMs} ms`;
    return { healthy: response.ok, message, latencyMs };
  } catch (cause) {
    return { healthy: false, message: `${url} did not answer: ${(cause as Error).message}` };
  }
}
