import type { Logger } from "./logger.ts";
import type { Observer } from "./observer.ts";
import { redactedUrl } from "./redacted-url.ts";

/** Counts requests and errors, and writes the requests into the server's own log: at `debug`, faults at `error`. */
export function observeTo(
  logger: Logger,
  metrics: {
    answered(method: string, status: number, seconds: number): void;
    refused(code: string): void;
  },
): Observer {
  return {
    answered({ requestId, method, url, address, name, status, seconds }) {
      metrics.answered(method, status, seconds);
      const { pathname, search } = new URL(url);
      const details = {
        requestId,
        method,
        path: redactedUrl(pathname + search),
        ip: address,
        userId: name,
        status,
        ms: Math.round(seconds * 1_000),
      };
      if (status >= 500) logger.error(details, "a request failed");
      else logger.debug(details, "request");
    },
    refused: (code) => metrics.refused(code),
  };
}
