import { type ErrorCode, errorKinds, KerutaError } from "@keruta/protocol";
import type { Context } from "hono";
import type { Logger } from "../logger.ts";
import { version } from "../version.ts";

/** The one shape of errors: `{error: {code, message, status}, meta: {timestamp, version}}`. */
export function answerError(logger: Logger): (error: unknown, context: Context) => Response {
  return (error, context) => {
    if (error instanceof KerutaError) return errorResponse(error.code, error.message);
    logger.error({ err: error, path: context.req.path }, "a request failed by a fault of the server");
    return errorResponse("INTERNAL_SERVER_ERROR", "the server made a mistake; see its log");
  };
}

export function errorResponse(code: ErrorCode, message: string): Response {
  const { status } = errorKinds[code];
  const meta = { timestamp: new Date().toISOString(), version };
  return Response.json(
    { error: { code, message, status }, meta },
    { status, headers: { "Cache-Control": "no-store" } },
  );
}
