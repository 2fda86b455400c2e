import type { Api } from "@keruta/client";
import { type AttemptSummary, KerutaError } from "@keruta/protocol";

/** The attempt asked for, or the newest; undefined: the task has none yet. Throws TASK_NOT_FOUND, ATTEMPT_NOT_FOUND. */
export async function findAttempt(
  api: Api,
  taskId: string,
  attempt: number | undefined,
): Promise<AttemptSummary | undefined> {
  if (attempt === undefined) return (await api.getTask(taskId)).latest;
  const found = (await api.listAttempts(taskId)).find((summary) => summary.attempt === attempt);
  if (found === undefined)
    throw new KerutaError(
      "ATTEMPT_NOT_FOUND",
      `cannot show attempt ${attempt} of task ${taskId}: there is none`,
    );
  return found;
}
