import type { ErrorCode } from "@keruta/protocol";
import { type ApiRoute, namesIn } from "../api-route.ts";

/** Codes of the errors that a route can be answered with: its own, and those that follow from what it takes. */
export function errorsOf({ path, action, endpoint: { description } }: ApiRoute): ErrorCode[] {
  const { query, body, errors = [] } = description;
  const names = namesIn(path);
  const implied: readonly (readonly [boolean, readonly ErrorCode[]])[] = [
    [query !== undefined || names.length > 0 || body !== undefined, ["INVALID_INPUT"]],
    [body !== undefined, [body?.code ?? "VALIDATION_ERROR", "PAYLOAD_TOO_LARGE"]],
    [action !== "anybody", ["UNAUTHORIZED", "FORBIDDEN"]],
    [names.includes("taskId"), ["TASK_NOT_FOUND"]],
    [true, ["RATE_LIMIT_EXCEEDED", "INTERNAL_SERVER_ERROR", "DATABASE_ERROR"]],
  ];
  const all = implied.flatMap(([holds, codes]) => (holds ? codes : []));
  return [...new Set([...all, ...errors])];
}
