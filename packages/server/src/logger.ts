import { pino } from "pino";

/**
 * The server's own log: what it does, never what a script wrote. Line contents, partials and fields are not logged,
 * so that a secret in a log stays under the log's own access rules.
 */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Never shown, should something that holds them ever be logged whole: a request, its headers, a body. */
const secretNames = [
  "authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "token",
  "refreshToken",
  "password",
];
const secretPaths = ["", "*.", "*.*."].flatMap((above) => secretNames.map((name) => pathTo(above, name)));

export function createLogger(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: secretPaths },
    pino.destination({ fd: 2, sync: true }),
  );
}

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** As pino writes it: a name with a dash stands in brackets. */
function pathTo(above: string, name: string): string {
  return name.includes("-") ? `${above.replace(/\.$/, "")}["${name}"]` : `${above}${name}`;
}
