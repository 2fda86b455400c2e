import { pino } from "pino";

/**
 * The server's own log: what it does, never what a script wrote. Line contents, partials and fields are not logged,
 * so that a secret in a log stays under the log's own access rules.
 */
export interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export function createLogger(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}

export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };
