import { KerutaError } from "@keruta/protocol";
import type { Context } from "hono";
import { taskIdOf } from "./parameters.ts";
import { type RestParts, summaryOf } from "./records.ts";

export function listAttempts(parts: RestParts): (context: Context) => Promise<Response> {
  return async (context) => {
    const taskId = taskIdOf(context);
    const attempts = await parts.store.attempts(taskId);
    if (attempts.length === 0) throw new KerutaError("TASK_NOT_FOUND", `there is no task ${taskId}`);
    return context.json(attempts.map((attempt) => summaryOf(parts, attempt)));
  };
}
