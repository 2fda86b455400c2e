import { limits, taskStatuses, taskStatusOf } from "@keruta/protocol";
import { z } from "zod";
import { inputRequest, newInput } from "../../input-request.ts";
import { isoTime } from "../../iso-time.ts";
import type { LogStore } from "../../store/log-store.ts";
import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";

const inputAnswer = z
  .object({
    success: z.literal(true),
    id: z.string().meta({ description: "The task." }),
    taskId: z.string(),
    inputId: z.int().min(1),
    status: z.enum(taskStatuses),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "SentInput" });

export function sendInput(store: LogStore, actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Write to the script's standard input",
      details: "It is kept until the script's agent has taken it.",
      body: { schema: inputRequest, maxBytes: 8 * limits.maxInputBytes },
      answers: { 200: json("It is queued.", inputAnswer) },
      errors: ["TASK_ALREADY_COMPLETED", "RATE_LIMIT_EXCEEDED"],
    },
    async ({ context, identity, path: { taskId }, body }) => {
      const sent = await actions.sendInput(taskId, newInput(body, identity.name));
      const task = await store.task(taskId);
      return context.json({
        success: true,
        id: taskId,
        taskId,
        inputId: sent.id,
        status: task?.latest === undefined ? "PENDING" : taskStatusOf(task.latest),
        updatedAt: isoTime(task?.updatedAtUs ?? 0),
      });
    },
  );
}
