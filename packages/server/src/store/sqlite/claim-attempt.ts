import type { Database } from "bun:sqlite";
import { countCells, type Hello, KerutaError } from "@keruta/protocol";
import type { Claimed } from "../log-store.ts";
import { type AttemptRow, attemptColumns, storedAttempt } from "./attempt-row.ts";
import type { RefreshTask } from "./refresh-task.ts";

/** The `claim` of the contract, inside the writer's transaction. */
export function claimAttempt(
  database: Database,
  refreshTask: RefreshTask,
  nowUs: () => number,
): (taskId: string, hello: Hello) => Claimed {
  const findRun = database.query<AttemptRow, [string, string]>(
    `SELECT ${attemptColumns} FROM attempt JOIN task ON task.id = task_id WHERE task.name = ? AND run_id = ?`,
  );
  const addTask = database.query(
    "INSERT INTO task (name, created_at_us, updated_at_us, attempts) VALUES (?1, ?2, ?2, 0) ON CONFLICT DO NOTHING",
  );
  const countAttempt = database.query<{ id: number; attempts: number }, [string]>(
    "UPDATE task SET attempts = attempts + 1 WHERE name = ? RETURNING id, attempts",
  );
  const addAttempt = database.query(
    `INSERT INTO attempt (id, task_id, number, run_id, claim, state, head, sealed_through, raw_bytes, counts,
       started_at_us, agent)
     SELECT 1 + max(highest_id, coalesce((SELECT max(id) FROM attempt), 0)),
       ?, ?, ?, 1 + highest_claim, 'PROCESSING', 0, 0, 0, ?, ?, ? FROM deleted_attempts`,
  );
  /** Another process has the attempt now, and will say itself what its script waits for. */
  const setClaim = database.query("UPDATE attempt SET claim = ?, waiting = 0 WHERE id = ?");
  const goOn = database.query(
    `UPDATE attempt SET state = 'PROCESSING', lost = 0, ended_at_us = NULL, exit_code = NULL, signal = NULL,
       reason = NULL WHERE id = ?`,
  );

  return (taskId, hello) => {
    const found = findRun.get(taskId, hello.runId);
    return found === null ? create(taskId, hello) : takeOver(found, hello);
  };

  function create(taskId: string, hello: Hello): Claimed {
    addTask.run(taskId, nowUs());
    const { id, attempts } = countAttempt.get(taskId)!;
    const counts = JSON.stringify(new Array(countCells).fill(0));
    addAttempt.run(id, attempts, hello.runId, counts, hello.startedAtUs, JSON.stringify(hello.agent));
    refreshTask(taskId);
    return claimedNow(taskId, hello, { created: true, resumed: false });
  }

  function takeOver(found: AttemptRow, hello: Hello): Claimed {
    if (hello.claim !== undefined && hello.claim < found.claim) throw superseded(found.task, found.number);
    const claim = hello.claim ?? found.claim + 1;
    if (claim !== found.claim) setClaim.run(claim, found.id);
    const resumed = found.lost === 1;
    if (resumed) goOn.run(found.id);
    if (resumed || found.waiting === 1) refreshTask(found.task);
    return claimedNow(found.task, hello, { created: false, resumed });
  }

  function claimedNow(taskId: string, hello: Hello, how: Pick<Claimed, "created" | "resumed">): Claimed {
    const attempt = storedAttempt(findRun.get(taskId, hello.runId)!);
    return { claim: attempt.claim, attempt, ...how };
  }
}

export function superseded(taskId: string, attempt: number): KerutaError {
  return new KerutaError(
    "SUPERSEDED",
    `attempt ${attempt} of ${taskId} has been taken over by another agent`,
  );
}
