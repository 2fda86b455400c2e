import { type ErrorCode, errorKinds, KerutaError } from "@keruta/protocol";
import type { Context } from "hono";
import { FieldsError } from "../fields-error.ts";
import type { Logger } from "../logger.ts";
import { RateLimitError } from "../rate-limit-error.ts";
import { version } from "../version.ts";

/** The one shape of errors: `{error: {code, message, status, details?}, meta: {timestamp, version}}`. */
export function answerError(logger: Logger): (error: unknown, context: Context) => Response {
  return (error, context) => {
    const { path } = context.req;
    if (error instanceof KerutaError) {
      if (error.kind.status >= 500) logger.error({ err: error, path }, "a request cannot be answered");
      return errorAnswer(error);
    }
    logger.error({ err: error, path }, "a request failed by a fault of the server");
    return errorResponse("INTERNAL_SERVER_ERROR", "the server made a mistake; see its log");
  };
}

export function errorResponse(code: ErrorCode, message: string): Response {
  return errorAnswer(new KerutaError(code, message));
}

/** Names the error where the body is not read: to an answer of HEAD, and to whoever counts. */
export const errorCodeHeader = "x-error-code";

export function errorAnswer(error: KerutaError): Response {
  const { code, message } = error;
  const { status } = errorKinds[code];
  const details = error instanceof FieldsError ? { details: { fields: error.fields } } : {};
  const meta = { timestamp: new Date().toISOString(), version };
  const headers: Record<string, string> = { "Cache-Control": "no-store", [errorCodeHeader]: code };
  if (error instanceof RateLimitError) headers["Retry-After"] = String(error.retryAfterSeconds);
  return Response.json({ error: { code, message, status, ...details }, meta }, { status, headers });
}
