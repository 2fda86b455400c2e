import type { Database } from "bun:sqlite";
import { KerutaError, releaseBytes } from "@keruta/protocol";
import { nowUs } from "../../now-us.ts";
import { appendChunk } from "./append-chunk.ts";
import { claimAttempt } from "./claim-attempt.ts";
import { deleteLines } from "./delete-lines.ts";
import { deleteTask } from "./delete-task.ts";
import { endAttempt } from "./end-attempt.ts";
import { findAttempt } from "./find-attempt.ts";
import { giveUpAttempt } from "./give-up-attempt.ts";
import { settleInput, writeInputs } from "./input-queue.ts";
import { insertChunk, insertLines } from "./insert-lines.ts";
import { lockFolder, openToWrite } from "./open-database.ts";
import { readTasks } from "./read-tasks.ts";
import { refreshTask } from "./refresh-task.ts";
import { replaceChunks } from "./replace-chunks.ts";
import { setWaiting } from "./set-waiting.ts";
import { storeChunk } from "./store-chunk.ts";
import { storeMade } from "./store-made.ts";
import { type Refused, type Verified, verify } from "./verify.ts";
import { failed, type Outcome, serveWorker } from "./worker-messages.ts";
import type { WriteOperation, WriteValue } from "./write-operations.ts";
import { writeTask } from "./write-task.ts";

/**
 * The writer's thread. A message is a batch of operations, in order; it becomes one transaction, so that one sync
 * of the disk pays for everything that arrived while the one before was on its way.
 */
const reclaimPages = 256;

serveWorker<WriteOperation, WriteValue>((dataDir) => {
  const lock = lockFolder(dataDir);
  const database = openToWrite(dataDir);
  return {
    run: writer(database),
    close: () => {
      database.run("PRAGMA wal_checkpoint(TRUNCATE)");
      database.close();
      lock.close();
    },
  };
});

type Run = (operations: readonly WriteOperation[]) => Outcome<WriteValue>[];

/** An operation whose chunk, if it brings one, is known to be good. */
type Ready = { readonly operation: WriteOperation; readonly verified?: Verified };

function writer(database: Database): Run {
  const execute = executor(database);
  const commit = database.transaction((batch: readonly Ready[]) =>
    batch.map((ready) => attemptOne(execute, ready)),
  );

  return (operations) => {
    const outcomes: (Outcome<WriteValue> | undefined)[] = [];
    const ready: (Ready & { index: number })[] = [];
    for (const [index, operation] of operations.entries()) {
      const verified = bringsChunk(operation) ? verify(operation.frame) : undefined;
      if (verified !== undefined && "outcome" in verified) outcomes[index] = refusal(operation, verified);
      else ready.push({ index, operation, ...(verified === undefined ? {} : { verified }) });
    }
    const done = commitAll(ready);
    for (const [at, { index, operation }] of ready.entries()) {
      outcomes[index] = done[at]!;
      releaseUsed(operation, done[at]!);
    }
    return outcomes as Outcome<WriteValue>[];
  };

  /** One operation that cannot be carried out must not take the others with it: alone, each shows its own fault. */
  function commitAll(batch: readonly Ready[]): Outcome<WriteValue>[] {
    if (batch.length === 0) return [];
    try {
      return commit.immediate(batch);
    } catch (error) {
      if (batch.length === 1) return [failed("DATABASE_ERROR", `cannot write: ${(error as Error).message}`)];
      return batch.flatMap((one) => commitAll([one]));
    }
  }
}

type BringsChunk = Extract<WriteOperation, { readonly frame: Uint8Array }>;

function bringsChunk(operation: WriteOperation): operation is BringsChunk {
  return "frame" in operation;
}

/** A line of the server's own that is wrong is the server's mistake, not an outcome. */
function refusal({ type }: WriteOperation, refused: Refused): Outcome<WriteValue> {
  return type === "giveUp" ? failed(refused.code, refused.message) : { ok: true, value: refused };
}

/** Frames that do not go back: one that was merged, and one that was stored under other sequences. */
function releaseUsed(operation: WriteOperation, outcome: Outcome<WriteValue>): void {
  if (operation.type === "replace") releaseBytes(operation.merged.frame);
  if (!bringsChunk(operation) || !outcome.ok || typeof outcome.value !== "object") return;
  const isRenumbered = "unit" in outcome.value && outcome.value.unit.frame !== operation.frame;
  if (isRenumbered) releaseBytes(operation.frame);
}

/** Refusals are answers; anything else ends the transaction. */
function attemptOne(execute: (ready: Ready) => WriteValue, ready: Ready): Outcome<WriteValue> {
  try {
    return { ok: true, value: execute(ready) };
  } catch (error) {
    if (error instanceof KerutaError) return failed(error.code, error.message);
    throw error;
  }
}

function executor(database: Database): (ready: Ready) => WriteValue {
  const find = findAttempt(database);
  const refresh = refreshTask(database, nowUs);
  const store = storeChunk(database);
  const made = storeMade(database);
  const lines = insertLines(store);
  const claim = claimAttempt(database, refresh, nowUs);
  const append = appendChunk(find, store);
  const insert = insertChunk(find, lines);
  const end = endAttempt(database, find, refresh);
  const wait = setWaiting(database, find, refresh);
  const giveUp = giveUpAttempt(database, find, lines, refresh);
  const task = writeTask(database, readTasks(database), nowUs);
  const removeTask = deleteTask(database);
  const removeLines = deleteLines(database, find, made);
  const input = writeInputs(database);
  const settle = settleInput(find, input, insert);
  const replace = replaceChunks(database, find, made);
  return ({ operation, verified }) => {
    switch (operation.type) {
      case "claim":
        return claim(operation.taskId, operation.hello);
      case "append":
        return append(operation.claimed, operation.frame, verified!);
      case "insert":
        return insert(operation.attempt, operation.frame, verified!);
      case "end":
        return end(operation.claimed, operation.end);
      case "setWaiting":
        return wait(operation.claimed, operation.waiting);
      case "giveUp":
        return giveUp(operation, verified!);
      case "createTask":
        return task.create(operation.taskId, operation.details);
      case "updateTask":
        return task.update(operation.taskId, operation.changes);
      case "deleteTask":
        return removeTask(operation.taskId);
      case "deleteLines":
        return removeLines(operation.attempt, operation.through);
      case "addInput":
        return input.add(operation.taskId, operation.input);
      case "takeInput":
        return input.take(operation.taskId, operation.id);
      case "settleInput":
        return settle(operation.attempt, operation.id, operation.frame, verified!);
      case "replace":
        return replace(operation.attempt, operation.merged);
      case "reclaim":
        return reclaim(database);
    }
  };
}

function reclaim(database: Database): boolean {
  const { freelist_count: free } = database.query("PRAGMA freelist_count").get() as {
    freelist_count: number;
  };
  if (free > 0) database.query(`PRAGMA incremental_vacuum(${reclaimPages})`).all();
  return free > reclaimPages;
}
