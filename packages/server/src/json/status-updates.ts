import { type TaskStatus, taskStatusOf } from "@keruta/protocol";
import { isoTime } from "../iso-time.ts";
import type { StoredTask } from "../store/log-store.ts";
import { outgoing } from "./outgoing.ts";

/** Tasks whose last update is remembered, so that only what is new is told. The one told longest ago is forgotten first. */
const maxRemembered = 10_000;

/** The statuses as this socket says them. */
const words: Readonly<Record<TaskStatus, string>> = {
  PENDING: "pending",
  PROCESSING: "running",
  WAITING_FOR_INPUT: "waiting_for_input",
  COMPLETED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
};

interface Told {
  readonly status: string;
  readonly rest: string;
}

/** Puts into words what has changed of a task since it was told of last. */
export class StatusUpdates {
  readonly #told = new Map<string, Told>();

  /** Undefined: nothing has. */
  of(task: StoredTask): string | undefined {
    const data = dataOf(task);
    const before = this.#told.get(task.id);
    const now = { status: data.status, rest: JSON.stringify(data) };
    if (before?.rest === now.rest) return undefined;
    this.#remember(task.id, now);
    const type = before?.status === now.status ? "task_progress_update" : "task_status_update";
    return outgoing(type, { taskId: task.id, data });
  }

  #remember(taskId: string, told: Told): void {
    this.#told.delete(taskId);
    this.#told.set(taskId, told);
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= maxRemembered) return;
      this.#told.delete(oldest);
    }
  }
}

export function statusOf({ latest }: StoredTask): TaskStatus {
  return latest === undefined ? "PENDING" : taskStatusOf(latest);
}

function dataOf(task: StoredTask) {
  const { latest, details } = task;
  const { progress, message, errorCode } = details;
  return {
    status: words[statusOf(task)],
    progress,
    message,
    startedAt: latest && isoTime(latest.startedAtUs),
    completedAt: latest?.endedAtUs === undefined ? undefined : isoTime(latest.endedAtUs),
    exitCode: latest?.exitCode,
    errorCode,
    errorMessage: latest?.reason,
  };
}
