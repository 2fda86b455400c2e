import { type Level, levels } from "@keruta/protocol";

/**
 * What is said on the running agent's local socket: one JSON object in one line, answered by one; then the connection
 * is closed. A program of the script may say anything there, so it is read with care.
 */
export interface LogRequest {
  readonly level: Level;
  readonly message: string;
}

export type SocketAnswer = { readonly ok: true } | { readonly error: string };

/** The variable a script finds the socket's path in. */
export const socketVariable = "KERUTA_AGENT_SOCKET";

/** A longer request is refused. No argument of a program is longer. */
export const maxRequestBytes = 256 * 1024;

/** Throws a sentence. */
export function readLogRequest(line: string): LogRequest {
  const request = JSON.parse(line) as Partial<LogRequest> | null;
  const level = levels.find((known) => known === request?.level);
  if (level === undefined) throw new Error(`level must be one of ${levels.join(", ")}`);
  if (typeof request?.message !== "string") throw new Error("message must be a text");
  return { level, message: request.message };
}
