import { z } from "zod";
import { isoTime } from "../../iso-time.ts";
import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";

const maxBodyBytes = 256 * 1024;
const messageText = z.string().max(64 * 1024);

const progressRequest = z
  .object({
    progress: z.int().min(0).max(100),
    message: messageText.nullish(),
    estimatedTimeRemaining: z.number().min(0).nullish().meta({ description: "Seconds; not kept." }),
  })
  .meta({ id: "ProgressRequest" });

const progressAnswer = z
  .object({ id: z.string(), progress: z.int(), message: z.string().optional(), updatedAt: z.iso.datetime() })
  .meta({ id: "Progress" });

export function reportProgress(actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Report how far a task has come",
      body: { schema: progressRequest, maxBytes: maxBodyBytes },
      answers: { 200: json("What is known now.", progressAnswer) },
    },
    async ({ context, path, body: { progress, message } }) => {
      const changes = { progress, ...(typeof message === "string" ? { message } : {}) };
      const { id, details, updatedAtUs } = await actions.updateTask(path.taskId, changes);
      const known = details.message === undefined ? {} : { message: details.message };
      return context.json({ id, progress, ...known, updatedAt: isoTime(updatedAtUs) });
    },
  );
}

const errorRequest = z
  .object({ errorCode: z.string().max(256), message: messageText })
  .meta({ id: "TaskErrorRequest" });

const errorAnswer = z
  .object({
    id: z.string(),
    taskId: z.string(),
    errorCode: z.string(),
    message: z.string(),
    autoFixTaskId: z.null().meta({ description: "Nothing is fixed automatically here." }),
    timestamp: z.iso.datetime(),
  })
  .meta({ id: "TaskError" });

export function reportError(actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Report an error of a task",
      details:
        "Kept as the task's errorCode and message, in the place of what was reported before. Its status stays.",
      body: { schema: errorRequest, maxBytes: maxBodyBytes },
      answers: { 201: json("What was kept.", errorAnswer) },
    },
    async ({ context, path: { taskId }, body: { errorCode, message } }) => {
      const { updatedAtUs } = await actions.updateTask(taskId, { errorCode, message });
      const timestamp = isoTime(updatedAtUs);
      const id = `${taskId}-${updatedAtUs}`;
      return context.json({ id, taskId, errorCode, message, autoFixTaskId: null, timestamp }, 201);
    },
  );
}
