import type { Database } from "bun:sqlite";
import { KerutaError } from "@keruta/protocol";
import type { AttemptKey } from "../log-store.ts";
import { type AttemptRow, attemptColumns } from "./attempt-row.ts";

/** Throws ATTEMPT_NOT_FOUND. */
export type FindAttempt = (key: AttemptKey) => AttemptRow;

export function findAttempt(database: Database): FindAttempt {
  const query = database.query<AttemptRow, [string, number]>(
    `SELECT ${attemptColumns} FROM attempt JOIN task ON task.id = task_id WHERE task.name = ? AND number = ?`,
  );
  return ({ taskId, attempt }) => {
    const row = query.get(taskId, attempt);
    if (row === null) throw new KerutaError("ATTEMPT_NOT_FOUND", `task ${taskId} has no attempt ${attempt}`);
    return row;
  };
}
