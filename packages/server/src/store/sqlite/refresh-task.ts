import type { Database } from "bun:sqlite";

/** Brings a task's status up to that of its newest attempt, after that has begun or changed. */
export type RefreshTask = (taskId: string) => void;

export function refreshTask(database: Database, nowUs: () => number): RefreshTask {
  const query = database.query(
    `UPDATE task SET updated_at_us = ?, status = coalesce(
       (SELECT iif(waiting, 'WAITING_FOR_INPUT', state) FROM attempt
        WHERE task_id = task.id AND number = task.attempts), 'PENDING') WHERE name = ?`,
  );
  return (taskId) => {
    query.run(nowUs(), taskId);
  };
}
