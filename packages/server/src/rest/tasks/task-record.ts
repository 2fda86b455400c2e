import { type TaskRecord, taskStatusOf } from "@keruta/protocol";
import { isoTime } from "../../iso-time.ts";
import { attemptSummary } from "../../store/attempt-summary.ts";
import type { AttemptKey, LogStore, StoredTask, TaskScript } from "../../store/log-store.ts";

/** What the answers about tasks are made of. */
export interface TaskParts {
  readonly store: LogStore;
  /** Whether an agent is connected to the attempt. */
  readonly isConnected: (attempt: AttemptKey) => boolean;
}

/** A task as REST shows it: what every reader of tasks knows, and what only REST tells. */
export interface RestTask extends TaskRecord {
  readonly priority?: number;
  readonly queueId?: string;
  readonly parentTaskId?: string;
  /** The same as `parentTaskId`. */
  readonly parentId?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** What is run; in the answer of one task only. */
  readonly script?: string;
}

/** Its status is that of its newest attempt. */
export function taskRecord({ isConnected }: TaskParts, task: StoredTask): RestTask {
  const { latest, details } = task;
  const { script, cancelRequest: _, name = task.id, ...known } = details;
  const content = contentOf(script);
  return {
    ...known,
    id: task.id,
    name,
    title: name,
    status: latest === undefined ? "PENDING" : taskStatusOf(latest),
    createdAt: isoTime(task.createdAtUs),
    updatedAt: isoTime(task.updatedAtUs),
    ...(known.parentTaskId === undefined ? {} : { parentId: known.parentTaskId }),
    ...(content === undefined ? {} : { script: content }),
    ...(latest === undefined ? {} : { startedAt: isoTime(latest.startedAtUs) }),
    ...(latest?.endedAtUs === undefined ? {} : { completedAt: isoTime(latest.endedAtUs) }),
    ...(latest?.exitCode === undefined ? {} : { exitCode: latest.exitCode }),
    attempts: task.attempts,
    ...(latest === undefined ? {} : { latest: attemptSummary(latest, isConnected(latest)) }),
  };
}

/** The part of a script that an agent runs. */
export function contentOf(script: TaskScript | undefined): string | undefined {
  return script?.content ?? script?.executeScript;
}
