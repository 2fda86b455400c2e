import type { AttemptSummary, TaskRecord } from "@keruta/protocol";
import type { AttemptKey, LogStore, StoredAttempt, StoredTask } from "../store/log-store.ts";

export interface RestParts {
  readonly store: LogStore;
  /** Whether an agent is connected to the attempt. */
  readonly isConnected: (attempt: AttemptKey) => boolean;
}

export function summaryOf(parts: RestParts, stored: StoredAttempt): AttemptSummary {
  return { ...stored, connected: parts.isConnected(stored) };
}

/** A task as the outside knows it: its status is that of its newest attempt. */
export function taskRecordOf(parts: RestParts, task: StoredTask): TaskRecord {
  const { latest } = task;
  return {
    id: task.id,
    name: task.id,
    title: task.id,
    status: latest?.state ?? "PENDING",
    createdAt: isoTime(task.createdAtUs),
    updatedAt: isoTime(task.updatedAtUs),
    ...(latest === undefined ? {} : { startedAt: isoTime(latest.startedAtUs) }),
    ...(latest?.endedAtUs === undefined ? {} : { completedAt: isoTime(latest.endedAtUs) }),
    ...(latest?.exitCode === undefined ? {} : { exitCode: latest.exitCode }),
    attempts: task.attempts,
    ...(latest === undefined ? {} : { latest: summaryOf(parts, latest) }),
  };
}

function isoTime(us: number): string {
  return new Date(us / 1_000).toISOString();
}
