import type { Database } from "bun:sqlite";
import { countCells, type Hello, KerutaError } from "@keruta/protocol";
import type { Claimed } from "../log-store.ts";
import { type AttemptRow, attemptColumns, storedAttempt } from "./attempt-row.ts";

/** The `claim` of the contract, inside the writer's transaction. */
export function claimAttempt(
  database: Database,
  nowUs: () => number,
): (taskId: string, hello: Hello) => Claimed {
  const findRun = database.query<AttemptRow, [string, string]>(
    `SELECT ${attemptColumns} FROM attempt JOIN task ON task.id = task_id WHERE task.name = ? AND run_id = ?`,
  );
  const addTask = database.query(
    "INSERT INTO task (name, created_at_us, updated_at_us, attempts) VALUES (?1, ?2, ?2, 0) ON CONFLICT DO NOTHING",
  );
  const countAttempt = database.query<{ id: number; attempts: number }, [number, string]>(
    "UPDATE task SET attempts = attempts + 1, updated_at_us = ? WHERE name = ? RETURNING id, attempts",
  );
  const addAttempt = database.query(
    `INSERT INTO attempt (task_id, number, run_id, claim, state, head, sealed_through, raw_bytes, counts,
       started_at_us, agent) VALUES (?, ?, ?, 1, 'PROCESSING', 0, 0, 0, ?, ?, ?)`,
  );
  const setClaim = database.query("UPDATE attempt SET claim = ? WHERE id = ?");

  return (taskId, hello) => {
    const found = findRun.get(taskId, hello.runId);
    return found === null ? create(taskId, hello) : takeOver(found, hello);
  };

  function create(taskId: string, hello: Hello): Claimed {
    addTask.run(taskId, nowUs());
    const task = countAttempt.get(nowUs(), taskId)!;
    const counts = JSON.stringify(new Array(countCells).fill(0));
    addAttempt.run(
      task.id,
      task.attempts,
      hello.runId,
      counts,
      hello.startedAtUs,
      JSON.stringify(hello.agent),
    );
    return { claim: 1, created: true, attempt: storedAttempt(findRun.get(taskId, hello.runId)!) };
  }

  function takeOver(found: AttemptRow, hello: Hello): Claimed {
    if (hello.claim !== undefined && hello.claim < found.claim) throw superseded(found.task, found.number);
    const claim = hello.claim ?? found.claim + 1;
    if (claim !== found.claim) setClaim.run(claim, found.id);
    return { claim, created: false, attempt: storedAttempt(found) };
  }
}

export function superseded(taskId: string, attempt: number): KerutaError {
  return new KerutaError(
    "SUPERSEDED",
    `attempt ${attempt} of ${taskId} has been taken over by another agent`,
  );
}
