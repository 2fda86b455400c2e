import { zstdDecompressSync } from "node:zlib";
import { Api, type OpenSocket, serverAddress, webSocketOpener } from "@keruta/client";
import type { Decompress } from "@keruta/protocol";

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

/** The option, else KERUTA_API_URL, else the default of `keruta serve`; the token from KERUTA_API_TOKEN. */
export function connectTo({ apiUrl }: ServerOptions, environment = process.env): ServerConnection {
  const { KERUTA_API_URL, KERUTA_API_TOKEN: token } = environment;
  const address = serverAddress(apiUrl ?? (KERUTA_API_URL || defaultApiUrl));
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return { apiUrl: address, api: new Api({ apiUrl: address, token }), openSocket: webSocketOpener(headers) };
}

/** node:zlib, because it holds to its output limit; Bun's own does not have one. */
export const decompress: Decompress = (body, maxBytes) =>
  // A limit of 0 would be taken for none.
  zstdDecompressSync(body, { maxOutputLength: Math.max(maxBytes, 1) });
