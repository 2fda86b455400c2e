import type { AttemptSummary, TaskRecord, TaskStatus } from "@keruta/protocol";
import { attemptSummary } from "../store/attempt-summary.ts";
import type { AttemptKey, LogStore, StoredAttempt, StoredTask, TaskDetails } from "../store/log-store.ts";

export interface RestParts {
  readonly store: LogStore;
  /** Whether an agent is connected to the attempt. */
  readonly isConnected: (attempt: AttemptKey) => boolean;
}

/** A task as REST answers it: a `TaskRecord` with what only other clients of the API read. */
export interface FullTaskRecord extends TaskRecord {
  readonly priority?: number;
  readonly parentTaskId?: string;
  /** The same as `parentTaskId`; older clients read it. */
  readonly parentId?: string;
  readonly queueId?: string;
  readonly parameters?: TaskDetails["parameters"];
  readonly metadata?: TaskDetails["metadata"];
}

export function summaryOf(parts: RestParts, stored: StoredAttempt): AttemptSummary {
  return attemptSummary(stored, parts.isConnected(stored));
}

/** A task as the outside knows it: its status is that of its newest attempt, its name its id where it was given none. */
export function taskRecordOf(parts: RestParts, task: StoredTask): FullTaskRecord {
  const { latest } = task;
  const { name = task.id, parentTaskId, cancelRequest: _, script: __, ...details } = task.details;
  return {
    ...details,
    id: task.id,
    name,
    title: name,
    ...(parentTaskId === undefined ? {} : { parentTaskId, parentId: parentTaskId }),
    status: statusOf(latest),
    createdAt: isoTime(task.createdAtUs),
    updatedAt: isoTime(task.updatedAtUs),
    ...(latest === undefined ? {} : { startedAt: isoTime(latest.startedAtUs) }),
    ...(latest?.endedAtUs === undefined ? {} : { completedAt: isoTime(latest.endedAtUs) }),
    ...(latest?.exitCode === undefined ? {} : { exitCode: latest.exitCode }),
    attempts: task.attempts,
    ...(latest === undefined ? {} : { latest: summaryOf(parts, latest) }),
  };
}

function statusOf(latest: StoredAttempt | undefined): TaskStatus {
  if (latest?.state === "PROCESSING" && latest.waitingForInput === true) return "WAITING_FOR_INPUT";
  return latest?.state ?? "PENDING";
}

function isoTime(us: number): string {
  return new Date(us / 1_000).toISOString();
}
