import { KerutaError } from "@keruta/protocol";
import type { StoredAttempt } from "../store/log-store.ts";
import { lastLineThrough } from "./last-line-through.ts";
import type { LifecycleParts } from "./parts.ts";
import { findTask } from "./tasks.ts";

export interface DeletedRange {
  readonly throughUs?: number;
  readonly attempt?: number;
}

/** The `deleteLogs` of the contract. */
export async function deleteLogs(
  parts: LifecycleParts,
  taskId: string,
  { throughUs, attempt }: DeletedRange,
): Promise<number> {
  let deleted = 0;
  for (const stored of await attemptsOf(parts, taskId, attempt)) {
    const through =
      throughUs === undefined ? stored.head : await lastLineThrough(parts.store, stored, throughUs);
    if (through > (stored.deletedThrough ?? 0)) deleted += await deleteLines(parts, stored, through);
  }
  return deleted;
}

async function attemptsOf(
  parts: LifecycleParts,
  taskId: string,
  attempt: number | undefined,
): Promise<readonly StoredAttempt[]> {
  await findTask(parts, taskId);
  const attempts = await parts.store.attempts(taskId);
  if (attempt === undefined) return attempts;
  const found = attempts.filter((stored) => stored.attempt === attempt);
  if (found.length > 0) return found;
  throw new KerutaError("ATTEMPT_NOT_FOUND", `task ${taskId} has no attempt ${attempt}`);
}

async function deleteLines(parts: LifecycleParts, stored: StoredAttempt, through: number): Promise<number> {
  const { deleted, attempt } = await parts.store.deleteLines(stored, through);
  parts.teller.changed(attempt);
  return deleted;
}
