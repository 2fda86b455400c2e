import type { Database } from "bun:sqlite";
import type { StoredAttempt, StoredTask, TaskQuery } from "../log-store.ts";
import { type AttemptRow, attemptColumns, storedAttempt } from "./attempt-row.ts";

/** A task joined with its newest attempt. */
interface TaskRow extends Omit<AttemptRow, "number"> {
  readonly created_at_us: number;
  readonly updated_at_us: number;
  readonly attempts: number;
  readonly number: number | null;
}

const selectTasks = `SELECT task.name AS task, created_at_us, updated_at_us, attempts, ${attemptColumns}
  FROM task LEFT JOIN attempt ON task_id = task.id AND number = attempts`;

export interface TaskReads {
  one(taskId: string): StoredTask | undefined;
  page(query: TaskQuery): StoredTask[];
  attempts(taskId: string): StoredAttempt[];
}

export function readTasks(database: Database): TaskReads {
  const one = database.query<TaskRow, [string]>(`${selectTasks} WHERE task.name = ?`);
  const page = database.query<TaskRow, Record<string, string | number | null>>(
    `${selectTasks}
     WHERE ($before IS NULL OR task.id < (SELECT id FROM task WHERE name = $before))
       AND ($status IS NULL OR coalesce(state, 'PENDING') = $status)
       AND ($q IS NULL OR instr(task.name, $q) > 0)
     ORDER BY task.id DESC LIMIT $limit`,
  );
  const attempts = database.query<AttemptRow, [string]>(
    `SELECT ${attemptColumns} FROM attempt JOIN task ON task.id = task_id WHERE task.name = ? ORDER BY number`,
  );
  return {
    one: (taskId) => {
      const row = one.get(taskId);
      return row === null ? undefined : storedTask(row);
    },
    page: ({ status, q, limit, before }) =>
      page.all({ status: status ?? null, q: q ?? null, before: before ?? null, limit }).map(storedTask),
    attempts: (taskId) => attempts.all(taskId).map(storedAttempt),
  };
}

function storedTask(row: TaskRow): StoredTask {
  const { number } = row;
  return {
    id: row.task,
    createdAtUs: row.created_at_us,
    updatedAtUs: row.updated_at_us,
    attempts: row.attempts,
    ...(number === null ? {} : { latest: storedAttempt({ ...row, number }) }),
  };
}
