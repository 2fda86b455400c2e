import { taskStatuses, taskStatusOf } from "@keruta/protocol";
import { z } from "zod";
import type { StoredTask } from "../../store/log-store.ts";
import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { findTask } from "../tasks/get-task.ts";
import type { TaskParts } from "../tasks/task-record.ts";

const waitingAnswer = z
  .object({ waiting: z.object({ isWaiting: z.boolean() }), taskId: z.string() })
  .meta({ id: "InputWaiting" });

export function isWaiting(parts: TaskParts): Endpoint {
  return endpoint(
    {
      summary: "Whether the script waits for input",
      answers: { 200: json("Whether it does.", waitingAnswer) },
    },
    async ({ context, path: { taskId } }) => {
      const status = statusOf(await findTask(parts, taskId));
      return context.json({ waiting: { isWaiting: status === "WAITING_FOR_INPUT" }, taskId });
    },
  );
}

const text = z
  .string()
  .max(64 * 1024)
  .nullish();

const waitingRequest = z
  .object({ prompt: text, lastOutput: text.meta({ description: "The prompt, by its other name." }) })
  .meta({ id: "InputWaitingRequest" });

const reportedAnswer = z
  .object({
    success: z.literal(true),
    waitingId: z.string(),
    taskId: z.string(),
    status: z.enum(taskStatuses),
  })
  .meta({ id: "ReportedInputWaiting" });

export function reportWaiting(actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Say that the script waits for input",
      details: "The same as the status WAITING_FOR_INPUT, with the prompt as its message.",
      body: { schema: waitingRequest, maxBytes: 256 * 1024, optional: true },
      answers: { 200: json("The task waits.", reportedAnswer) },
      errors: ["TASK_ALREADY_COMPLETED", "INVALID_STATUS_TRANSITION"],
    },
    async ({ context, identity, path: { taskId }, body: { prompt, lastOutput } }) => {
      const message = prompt ?? lastOutput;
      const task = await actions.setStatus(identity, taskId, {
        status: "WAITING_FOR_INPUT",
        ...(typeof message === "string" ? { message } : {}),
      });
      return context.json({ success: true, waitingId: taskId, taskId, status: statusOf(task) });
    },
  );
}

function statusOf({ latest }: StoredTask) {
  return latest === undefined ? "PENDING" : taskStatusOf(latest);
}
