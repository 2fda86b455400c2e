import type { Database } from "bun:sqlite";
import { KerutaError } from "@keruta/protocol";
import { findAttempt } from "./find-attempt.ts";
import { readInputs } from "./input-queue.ts";
import { openToRead } from "./open-database.ts";
import { findUnsealed, prepareMerge } from "./prepare-merge.ts";
import { readManifest } from "./read-manifest.ts";
import type { ReadOperation, ReadValue } from "./read-operations.ts";
import { readTasks } from "./read-tasks.ts";
import { readSegment, readUnits } from "./read-units.ts";
import { failed, type Outcome, serveWorker } from "./worker-messages.ts";

/** The reader's thread: short read transactions beside the writer, and the work of merging. */
serveWorker<ReadOperation, ReadValue>((dataDir) => {
  const database = openToRead(dataDir);
  const execute = executor(database);
  return {
    run: (operations) => operations.map((operation) => answer(execute, operation)),
    close: () => database.close(),
  };
});

function answer(
  execute: (operation: ReadOperation) => ReadValue,
  operation: ReadOperation,
): Outcome<ReadValue> {
  try {
    return { ok: true, value: execute(operation) };
  } catch (error) {
    // A frame that was verified before it was stored and is invalid now is the store's trouble, not the reader's.
    const isDamage = error instanceof KerutaError && error.code === "CHUNK_INVALID";
    if (error instanceof KerutaError && !isDamage) return failed(error.code, error.message);
    return failed("DATABASE_ERROR", `cannot ${operation.type}: ${(error as Error).message}`);
  }
}

function executor(database: Database): (operation: ReadOperation) => ReadValue {
  const find = findAttempt(database);
  const read = readUnits(database, find);
  const manifest = readManifest(database, find);
  const segment = readSegment(database);
  const tasks = readTasks(database);
  const inputs = readInputs(database);
  const prepare = prepareMerge(database, find);
  const unsealed = findUnsealed(database);
  return (operation) => {
    switch (operation.type) {
      case "read":
        return read(operation.attempt, operation.sequence, operation.maxBytes);
      case "manifest":
        return manifest(operation.attempt, operation.after);
      case "segment":
        return segment(operation.attempt, operation.address, operation.as);
      case "tasks":
        return tasks.page(operation.query);
      case "countTasks":
        return tasks.count(operation.query);
      case "task":
        return tasks.one(operation.taskId);
      case "attempts":
        return tasks.attempts(operation.taskId);
      case "running":
        return tasks.running();
      case "inputs":
        return inputs(operation.taskId);
      case "prepareMerge":
        return prepare(operation.attempt);
      case "unsealed":
        return unsealed();
    }
  };
}
