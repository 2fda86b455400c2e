import { z } from "zod";
import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { changedTaskSchema } from "./schemas.ts";
import { type TaskParts, taskRecord } from "./task-record.ts";

const cancelRequest = z
  .object({
    reason: z
      .string()
      .max(1_024)
      .nullish()
      .meta({ description: "For the log, which says who cancelled it." }),
  })
  .meta({ id: "CancelRequest" });

export function cancelTask(parts: TaskParts, actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "End what runs of a task",
      details:
        "A connected agent is told to end its script, one that is away when it comes back; the task is CANCELLED when that is done. " +
        "A task that no agent runs is CANCELLED at once.",
      body: { schema: cancelRequest, maxBytes: 16 * 1024, optional: true },
      answers: { 200: json("The task as it stands now.", changedTaskSchema) },
      errors: ["TASK_ALREADY_COMPLETED"],
    },
    async ({ context, identity, path: { taskId }, body: { reason } }) => {
      const task = await actions.cancel(identity, taskId, reason ?? undefined);
      return context.json({ ...taskRecord(parts, task), success: true, taskId });
    },
  );
}
