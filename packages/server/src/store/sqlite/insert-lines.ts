import type { AttemptKey, InsertOutcome, Unit } from "../log-store.ts";
import { type AttemptRow, storedAttempt } from "./attempt-row.ts";
import type { FindAttempt } from "./find-attempt.ts";
import { numbered, type StoreChunk } from "./store-chunk.ts";
import type { Verified } from "./verify.ts";

/** Puts lines that are not the agent's behind the head, which moves the agent's later lines up. */
export type InsertLines = (attempt: AttemptRow, frame: Uint8Array, verified: Verified) => Unit;

export function insertLines(store: StoreChunk): InsertLines {
  return (attempt, frame, { header, fieldsBytes }) => {
    const unit = numbered(header, frame, attempt.head + 1);
    store(attempt, unit, fieldsBytes, header.lineCount);
    return unit;
  };
}

export type InsertChunk = (key: AttemptKey, frame: Uint8Array, verified: Verified) => InsertOutcome;

/** The `insert` of the contract for a verified chunk, inside the writer's transaction. */
export function insertChunk(findAttempt: FindAttempt, insert: InsertLines): InsertChunk {
  return (key, frame, verified) => {
    const unit = insert(findAttempt(key), frame, verified);
    return { outcome: "stored", attempt: storedAttempt(findAttempt(key)), unit };
  };
}
