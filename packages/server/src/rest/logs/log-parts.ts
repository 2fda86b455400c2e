import { KerutaError } from "@keruta/protocol";
import type { LogStore, StoredAttempt } from "../../store/log-store.ts";
import type { UnitIndexes } from "./unit-index.ts";

/** What the answers about logs are made of. */
export interface LogParts {
  readonly store: LogStore;
  readonly indexes: UnitIndexes;
}

/** All attempts of a task, oldest first, or the one that is asked for. Throws TASK_NOT_FOUND, ATTEMPT_NOT_FOUND. */
export async function chosenAttempts(
  store: LogStore,
  taskId: string,
  choice: number | "latest" | undefined,
): Promise<readonly StoredAttempt[]> {
  const attempts = await store.attempts(taskId);
  if (attempts.length === 0 && (await store.task(taskId)) === undefined)
    throw new KerutaError("TASK_NOT_FOUND", `there is no task ${taskId}`);
  if (choice === undefined) return attempts;
  if (choice === "latest") return attempts.slice(-1);
  const chosen = attempts.filter(({ attempt }) => attempt === choice);
  if (chosen.length > 0) return chosen;
  throw new KerutaError("ATTEMPT_NOT_FOUND", `task ${taskId} has no attempt ${choice}`);
}
