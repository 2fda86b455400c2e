import { KerutaError } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import type { Claimed, StoredAttempt, StoredTask, TaskChanges } from "../store/log-store.ts";
import { httpHello, httpRunId } from "./http-run.ts";
import type { LifecycleParts } from "./parts.ts";

/** Throws TASK_NOT_FOUND. */
export async function findTask(
  { store }: Pick<LifecycleParts, "store">,
  taskId: string,
): Promise<StoredTask> {
  return (await store.task(taskId)) ?? throwNotFound(taskId);
}

/** Throws TASK_NOT_FOUND. */
export async function updateTask(
  { store }: Pick<LifecycleParts, "store">,
  taskId: string,
  changes: TaskChanges,
): Promise<StoredTask> {
  return (await store.updateTask(taskId, changes)) ?? throwNotFound(taskId);
}

/** A new attempt that somebody reports by requests. An unknown task is created. */
export function beginAttempt(parts: LifecycleParts, taskId: string, by: Identity): Promise<Claimed> {
  return claimRun(parts, taskId, httpRunId(), by);
}

/** Takes over the run, or begins it. An unknown task is created. */
export async function claimRun(
  { store, teller }: Pick<LifecycleParts, "store" | "teller">,
  taskId: string,
  runId: string,
  by: Identity,
): Promise<Claimed> {
  const claimed = await store.claim(taskId, httpHello(runId, by));
  if (claimed.created) teller.changed(claimed.attempt);
  return claimed;
}

/** Nothing of the script is to be expected any more. The agent of one that was only given up may come back. */
export function isOver({ state, lost }: StoredAttempt): boolean {
  return state !== "PROCESSING" && lost !== true;
}

export function throwNotFound(taskId: string): never {
  throw new KerutaError("TASK_NOT_FOUND", `there is no task ${taskId}`);
}

export function hasEnded({ taskId, state }: StoredAttempt): KerutaError {
  return new KerutaError("TASK_ALREADY_COMPLETED", `task ${taskId} has ended (${state})`);
}
