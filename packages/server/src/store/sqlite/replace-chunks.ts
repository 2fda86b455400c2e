import type { Database } from "bun:sqlite";
import { lastSequence, openFrame } from "@keruta/protocol";
import type { AttemptKey } from "../log-store.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { StoreMade } from "./store-made.ts";
import type { Merged } from "./write-operations.ts";

/** Puts a merged unit in the place of the chunks it covers. Repeating it changes nothing. */
export function replaceChunks(
  database: Database,
  findAttempt: FindAttempt,
  storeMade: StoreMade,
): (key: AttemptKey, merged: Merged) => boolean {
  const coveredLines = database.query<{ lines: number | null }, [number, number, number]>(
    "SELECT sum(line_count) AS lines FROM chunk WHERE attempt_id = ? AND first_sequence BETWEEN ? AND ?",
  );
  const removeChunks = database.query(
    "DELETE FROM chunk WHERE attempt_id = ? AND first_sequence BETWEEN ? AND ?",
  );
  const setSealed = database.query("UPDATE attempt SET sealed_through = ? WHERE id = ?");

  return (key, merged) => {
    const attempt = findAttempt(key);
    // The task was deleted meanwhile, and this is an attempt of another one with its id.
    if (attempt.id !== merged.attemptId) return false;
    const opened = openFrame(merged.frame);
    const range = [attempt.id, opened.header.firstSequence, lastSequence(opened.header)] as const;
    // A merge made from what has been merged otherwise, or deleted in part, would take lines with it or bring them twice.
    if (coveredLines.get(...range)?.lines !== opened.header.lineCount) return false;
    removeChunks.run(...range);
    storeMade(attempt.id, { ...merged, bundled: true }, opened);
    if (merged.into === "segment") setSealed.run(lastSequence(opened.header), attempt.id);
    return true;
  };
}
