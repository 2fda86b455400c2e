import type { Database } from "bun:sqlite";
import { type ChunkHeader, type Frame, lastSequence, openFrame, unpack } from "@keruta/protocol";
import type { AttemptKey } from "../log-store.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { Merged } from "./write-operations.ts";

/** Puts a merged unit in the place of the chunks it covers. Repeating it changes nothing. */
export function replaceChunks(
  database: Database,
  findAttempt: FindAttempt,
): (key: AttemptKey, merged: Merged) => boolean {
  const coveredLines = database.query<{ lines: number | null }, [number, number, number]>(
    "SELECT sum(line_count) AS lines FROM chunk WHERE attempt_id = ? AND first_sequence BETWEEN ? AND ?",
  );
  const removeChunks = database.query(
    "DELETE FROM chunk WHERE attempt_id = ? AND first_sequence BETWEEN ? AND ?",
  );
  const addChunk = database.query(
    `INSERT INTO chunk (attempt_id, first_sequence, line_count, first_time_us, last_time_us, raw_bytes,
       fields_bytes, bundled, frame) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)`,
  );
  const addSegment = database.query(
    `INSERT INTO segment (attempt_id, first_sequence, line_count, first_time_us, last_time_us, raw_bytes,
       columns_bytes, invalid_bytes, counts, body_bytes, checksum, frame)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const setSealed = database.query("UPDATE attempt SET sealed_through = ? WHERE id = ?");

  return (key, merged) => {
    const attempt = findAttempt(key);
    const opened = openFrame(merged.frame);
    const range = [attempt.id, opened.header.firstSequence, lastSequence(opened.header)] as const;
    // A merge made from what has been merged otherwise meanwhile would take lines with it, or bring them twice.
    if (coveredLines.get(...range)?.lines !== opened.header.lineCount) return false;
    removeChunks.run(...range);
    if (merged.into === "chunk") insertChunk(attempt.id, opened.header, merged);
    else insertSegment(attempt.id, opened, merged.frame);
    return true;
  };

  function insertChunk(attemptId: number, header: ChunkHeader, { frame, fieldsBytes }: Merged): void {
    const { firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes } = header;
    addChunk.run(attemptId, firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes, fieldsBytes, frame);
  }

  function insertSegment(attemptId: number, { header, body }: Frame, frame: Uint8Array): void {
    const { firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes, columnsBytes, invalidBytes } =
      header;
    const sizes = [firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes, columnsBytes, invalidBytes];
    const counts = JSON.stringify(header.counts);
    addSegment.run(attemptId, ...sizes, counts, body.length, checksumOf(frame), frame);
    setSealed.run(lastSequence(header), attemptId);
  }
}

function checksumOf(frame: Uint8Array): number {
  return (unpack(frame) as [number])[0];
}
