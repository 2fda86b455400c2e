import type { ServerConfig } from "./config.ts";
import { tlsOptions } from "./tls.ts";
import { userAgent } from "./version.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST";
  /** Behind `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  /** Ends it, tries that would follow too. */
  readonly signal?: AbortSignal;
}

/** The server's answer, where it said that it did what it was asked. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The server did not do it: it said so, or could not be reached. The message says what and why. */
export class ApiError extends Error {
  constructor(
    readonly status: number | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Asks the server by HTTP, as often as `retryCount` allows where it cannot be reached or cannot do it now; what it
 * refuses is not asked again. Throws `ApiError`, or what `signal` was aborted with.
 */
export async function askServer(server: ServerConfig, request: ApiRequest): Promise<ApiAnswer> {
  for (let retriesLeft = server.retryCount; ; retriesLeft--) {
    try {
      return await askOnce(server, request);
    } catch (cause) {
      request.signal?.throwIfAborted();
      if (retriesLeft === 0 || !(cause instanceof ApiError) || !mayHelpToRetry(cause)) throw cause;
    }
    await pause(server.retryIntervalMs, request.signal);
  }
}

/** Too much at once, or not now. */
function mayHelpToRetry({ status }: ApiError): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

async function askOnce(server: ServerConfig, { method, path, body, signal }: ApiRequest): Promise<ApiAnswer> {
  const url = `${server.apiUrl}/api/v1${path}`;
  const timeout = AbortSignal.timeout(server.requestTimeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: {
        "User-Agent": userAgent,
        ...server.credentials,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      ...(url.startsWith("https:") ? { tls: tlsOptions(server.tls) } : {}),
    });
    text = await response.text();
  } catch (cause) {
    throw new ApiError(undefined, `${url} did not answer: ${(cause as Error).message}`, { cause });
  }
  if (response.ok) return { status: response.status, body: jsonOf(url, text) };
  throw new ApiError(response.status, refusalOf(response.status, text));
}

function jsonOf(url: string, text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new ApiError(500, `${url} did not answer with JSON`, { cause });
  }
}

/** The server's own sentence, where there is one. */
function refusalOf(status: number, text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    if (error !== undefined) return `${status} ${error.code}: ${error.message}`;
  } catch {
    // A proxy's page.
  }
  return `the server answered with ${status}`;
}

/** Throws what the signal is aborted with. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  signal?.throwIfAborted();
}
