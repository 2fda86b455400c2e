import type { Database } from "bun:sqlite";
import { KerutaError, limits } from "@keruta/protocol";
import type { AttemptKey, InsertOutcome, NewInput, StoredInput } from "../log-store.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { InsertChunk } from "./insert-lines.ts";
import type { Verified } from "./verify.ts";

export interface InputWrites {
  add(taskId: string, input: NewInput): StoredInput;
  take(taskId: string, id: number): boolean;
}

/** The `addInput` and `takeInput` of the contract, inside the writer's transaction. */
export function writeInputs(database: Database): InputWrites {
  const find = database.query<{ id: number; last_input: number; waiting: number }, [string]>(
    `SELECT id, last_input, (SELECT count(*) FROM input WHERE task_id = task.id) AS waiting
     FROM task WHERE name = ?`,
  );
  const count = database.query("UPDATE task SET last_input = ? WHERE id = ?");
  const add = database.query("INSERT INTO input (task_id, number, text, eof, sender) VALUES (?, ?, ?, ?, ?)");
  const remove = database.query(
    "DELETE FROM input WHERE task_id = (SELECT id FROM task WHERE name = ?) AND number = ?",
  );

  return {
    add(taskId, input) {
      const task = find.get(taskId);
      if (task === null) throw new KerutaError("TASK_NOT_FOUND", `there is no task ${taskId}`);
      if (task.waiting >= limits.maxWaitingInputs) throw full(taskId);
      const id = task.last_input + 1;
      count.run(id, task.id);
      add.run(task.id, id, input.text, input.eof ? 1 : 0, input.by);
      return { ...input, id };
    },
    take: (taskId, id) => remove.run(taskId, id).changes > 0,
  };
}

/** The `settleInput` of the contract for a verified chunk, inside the writer's transaction. */
export function settleInput(
  findAttempt: FindAttempt,
  inputs: InputWrites,
  insert: InsertChunk,
): (attempt: AttemptKey, id: number, frame: Uint8Array, verified: Verified) => InsertOutcome | undefined {
  return (attempt, id, frame, verified) => {
    // Throws before anything is changed: a refusal does not undo what was done before it.
    findAttempt(attempt);
    return inputs.take(attempt.taskId, id) ? insert(attempt, frame, verified) : undefined;
  };
}

function full(taskId: string): KerutaError {
  return new KerutaError(
    "RATE_LIMIT_EXCEEDED",
    `${limits.maxWaitingInputs} inputs for task ${taskId} wait to be taken: send more when its script reads`,
  );
}

interface InputRow {
  readonly number: number;
  readonly text: string;
  readonly eof: number;
  readonly sender: string;
}

/** The `inputs` of the contract. */
export function readInputs(database: Database): (taskId: string) => StoredInput[] {
  const query = database.query<InputRow, [string]>(
    `SELECT number, text, eof, sender FROM input
     WHERE task_id = (SELECT id FROM task WHERE name = ?) ORDER BY number`,
  );
  return (taskId) =>
    query
      .all(taskId)
      .map(({ number, text, eof, sender }) => ({ id: number, text, eof: eof === 1, by: sender }));
}
