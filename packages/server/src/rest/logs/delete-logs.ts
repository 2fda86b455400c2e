import { z } from "zod";
import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { queryTimeInclusive } from "../query-values.ts";

const query = z.object({
  before: queryTimeInclusive(
    "Deletes lines up to and with this moment, the whole of its millisecond. Absent: all lines.",
  ).optional(),
  attempt: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be a whole number from 1 on")
    .transform(Number)
    .optional()
    .meta({ type: "integer", description: "Only of this execution. Absent: of all." }),
});

const deletedLogs = z
  .object({ deletedCount: z.int().min(0), message: z.string() })
  .meta({ id: "DeletedLogs" });

export function deleteLogs(actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Delete lines",
      details:
        "Lines are deleted from the first on, up to the first one that is later than `before`: what is left of a log has no holes. " +
        "Their sequences are not used again.",
      query,
      answers: { 200: json("How many lines were deleted.", deletedLogs) },
      errors: ["ATTEMPT_NOT_FOUND"],
    },
    async ({ context, path: { taskId }, query: { before, attempt } }) => {
      const deletedCount = await actions.deleteLogs(taskId, {
        ...(before === undefined ? {} : { throughUs: before }),
        ...(attempt === undefined ? {} : { attempt }),
      });
      return context.json({ deletedCount, message: `${deletedCount} lines of task ${taskId} were deleted` });
    },
  );
}
