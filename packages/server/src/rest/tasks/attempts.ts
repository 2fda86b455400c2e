import { z } from "zod";
import { attemptSummary } from "../../store/attempt-summary.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { findTask } from "./get-task.ts";
import { attemptSummarySchema } from "./schemas.ts";
import type { TaskParts } from "./task-record.ts";

export function listAttempts(parts: TaskParts): Endpoint {
  return endpoint(
    {
      summary: "The executions of a task, oldest first",
      answers: { 200: json("The attempts.", z.array(attemptSummarySchema)) },
    },
    async ({ context, path: { taskId } }) => {
      const attempts = await parts.store.attempts(taskId);
      if (attempts.length === 0) await findTask(parts, taskId);
      return context.json(attempts.map((attempt) => attemptSummary(attempt, parts.isConnected(attempt))));
    },
  );
}
