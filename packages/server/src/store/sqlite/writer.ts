import type { Database } from "bun:sqlite";
import { KerutaError, releaseBytes } from "@keruta/protocol";
import { appendChunk } from "./append-chunk.ts";
import { claimAttempt } from "./claim-attempt.ts";
import { endAttempt } from "./end-attempt.ts";
import { findAttempt } from "./find-attempt.ts";
import { lockFolder, openToWrite } from "./open-database.ts";
import { replaceChunks } from "./replace-chunks.ts";
import { type Verified, verify } from "./verify.ts";
import { failed, type Outcome, serveWorker } from "./worker-messages.ts";
import type { WriteOperation, WriteValue } from "./write-operations.ts";

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

/** An append whose chunk is known to be good, or an operation that needs no such look. */
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
      const verified = operation.type === "append" ? verify(operation.frame) : undefined;
      if (verified !== undefined && "outcome" in verified) outcomes[index] = { ok: true, value: verified };
      else ready.push({ index, operation, ...(verified === undefined ? {} : { verified }) });
    }
    const done = commitAll(ready);
    for (const [at, { index, operation }] of ready.entries()) {
      outcomes[index] = done[at]!;
      if (operation.type === "replace") releaseBytes(operation.merged.frame);
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
  const nowUs = () => Date.now() * 1_000;
  const find = findAttempt(database);
  const claim = claimAttempt(database, nowUs);
  const append = appendChunk(database, find);
  const end = endAttempt(database, find, nowUs);
  const replace = replaceChunks(database, find);
  return ({ operation, verified }) => {
    switch (operation.type) {
      case "claim":
        return claim(operation.taskId, operation.hello);
      case "append":
        return append(operation.claimed, operation.frame, verified!);
      case "end":
        return end(operation.claimed, operation.end);
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
