import { zstdDecompressSync } from "node:zlib";
import { Api, type OpenSocket, serverAddress, webSocketOpener } from "@keruta/client";
import type { Decompress } from "@keruta/protocol";
import { tlsOptions } from "./tls.ts";

export interface ServerOptions {
  readonly apiUrl?: string;
}

/** How a command reaches the server. */
export interface ServerConnection {
  readonly apiUrl: string;
  readonly api: Api;
  readonly openSocket: OpenSocket;
}

const defaultApiUrl = "http://127.0.0.1:8080";

/**
 * The option, else KERUTA_API_URL, else the default of `keruta serve`; the token from KERUTA_API_TOKEN; whom to trust over TLS from
 * the agent's variables. Throws `UsageError`.
 */
export function connectTo({ apiUrl }: ServerOptions, environment = process.env): ServerConnection {
  const { KERUTA_API_URL, KERUTA_API_TOKEN: token } = environment;
  const address = serverAddress(apiUrl ?? (KERUTA_API_URL || defaultApiUrl));
  const tls = tlsOptions(environment);
  const headers = token ? { headers: { authorization: `Bearer ${token}` } } : {};
  return {
    apiUrl: address,
    api: new Api({ apiUrl: address, token, fetch: (url, init) => fetch(url, { ...init, tls }) }),
    openSocket: webSocketOpener({ ...headers, tls }),
  };
}

/** node:zlib, because it holds to its output limit; Bun's own does not have one. */
export const decompress: Decompress = (body, maxBytes) =>
  // A limit of 0 would be taken for none.
  zstdDecompressSync(body, { maxOutputLength: Math.max(maxBytes, 1) });
