import type { Database } from "bun:sqlite";
import type { StoredAttempt, StoredTask, TaskDetails, TaskQuery, TaskScript } from "../log-store.ts";
import { type AttemptRow, attemptColumns, storedAttempt } from "./attempt-row.ts";

/** A task joined with its newest attempt. */
interface TaskRow extends Omit<AttemptRow, "number"> {
  readonly created_at_us: number;
  readonly updated_at_us: number;
  readonly attempts: number;
  readonly number: number | null;
  readonly details: string | null;
  readonly script: string | null;
}

type Filter = Pick<TaskQuery, "status" | "q" | "before">;

export interface TaskReads {
  one(taskId: string): StoredTask | undefined;
  page(query: TaskQuery): StoredTask[];
  count(query: Pick<TaskQuery, "status" | "q">): number;
  attempts(taskId: string): StoredAttempt[];
  running(): StoredAttempt[];
}

export function readTasks(database: Database): TaskReads {
  const one = database.query<TaskRow, [string]>(`${selectTasks("script")} WHERE task.name = ?`);
  const attempts = database.query<AttemptRow, [string]>(
    `${selectAttempts} WHERE task.name = ? ORDER BY number`,
  );
  const running = database.query<AttemptRow, []>(runningSql);
  return {
    one: (taskId) => {
      const row = one.get(taskId);
      return row === null ? undefined : storedTask(row);
    },
    page: ({ limit, offset = 0, ...filter }) =>
      database
        .query<TaskRow, [Bindings]>(pageSql(filter))
        .all({ ...bindings(filter), limit, offset })
        .map(storedTask),
    count: (filter) =>
      database.query<{ tasks: number }, [Bindings]>(countSql(filter)).get(bindings(filter))!.tasks,
    attempts: (taskId) => attempts.all(taskId).map(storedAttempt),
    running: () => running.all().map(storedAttempt),
  };
}

const selectAttempts = `SELECT ${attemptColumns} FROM attempt JOIN task ON task.id = task_id`;

export const runningSql = `${selectAttempts} WHERE state = 'PROCESSING' ORDER BY attempt.id`;

/** Scripts can be long; a page of tasks goes without them. */
function selectTasks(script: "script" | "NULL"): string {
  return `SELECT task.name AS task, created_at_us, updated_at_us, attempts, details, ${script} AS script,
    ${attemptColumns}
  FROM task
    LEFT JOIN task_detail ON task_detail.task_id = task.id
    LEFT JOIN attempt ON attempt.task_id = task.id AND number = attempts`;
}

/** A statement for each set of conditions: with one for all of them, no index could be used. */
export function pageSql(filter: Filter): string {
  return `${selectTasks("NULL")} ${where(filter)} ORDER BY task.id DESC LIMIT $limit OFFSET $offset`;
}

export function countSql(filter: Filter): string {
  return `SELECT count(*) AS tasks FROM task ${where(filter)}`;
}

function where({ status, q, before }: Filter): string {
  const conditions = [
    ...(status === undefined ? [] : ["task.status = $status"]),
    ...(q === undefined ? [] : ["(task.name LIKE $q ESCAPE '\\' OR task.title LIKE $q ESCAPE '\\')"]),
    ...(before === undefined ? [] : ["task.id < (SELECT id FROM task WHERE name = $before)"]),
  ];
  return conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
}

type Bindings = Record<string, string | number>;

function bindings({ status, q, before }: Filter): Bindings {
  return {
    ...(status === undefined ? {} : { status }),
    ...(q === undefined ? {} : { q: `%${q.replace(/[\\%_]/g, "\\$&")}%` }),
    ...(before === undefined ? {} : { before }),
  };
}

function storedTask(row: TaskRow): StoredTask {
  const { number } = row;
  return {
    id: row.task,
    createdAtUs: row.created_at_us,
    updatedAtUs: row.updated_at_us,
    attempts: row.attempts,
    details: storedDetails(row),
    ...(number === null ? {} : { latest: storedAttempt({ ...row, number }) }),
  };
}

function storedDetails({ details, script }: TaskRow): TaskDetails {
  return {
    ...(details === null ? {} : (JSON.parse(details) as TaskDetails)),
    ...(script === null ? {} : { script: JSON.parse(script) as TaskScript }),
  };
}
