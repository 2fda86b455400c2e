import type { Database } from "bun:sqlite";
import { lastSequence, openFrame, releaseBytes } from "@keruta/protocol";
import type { AttemptKey, SegmentAddress, Unit } from "../log-store.ts";
import { decompress } from "../zstd.ts";
import type { FindAttempt } from "./find-attempt.ts";

interface FrameRow {
  readonly frame: Uint8Array;
}

/** The `read` of the contract. */
export function readUnits(
  database: Database,
  findAttempt: FindAttempt,
): (key: AttemptKey, sequence: number, maxBytes: number) => Unit[] {
  const segmentAt = unitAt(database, "segment");
  const chunkAt = unitAt(database, "chunk");
  /** A segment's place and a chunk's are looked up in one snapshot: a merge must not fall between the two. */
  const snapshot = database.transaction((key: AttemptKey, sequence: number, maxBytes: number) => {
    const attempt = findAttempt(key);
    const units: Unit[] = [];
    let next = Math.max(sequence, attempt.deleted_through + 1);
    let bytes = 0;
    while (next <= attempt.head && (units.length === 0 || bytes < maxBytes)) {
      const row = next <= attempt.sealed_through ? segmentAt(attempt.id, next) : chunkAt(attempt.id, next);
      if (row === null)
        throw new Error(`line ${next} of attempt ${key.attempt} of ${key.taskId} is not there`);
      bytes += row.frame.length;
      if (units.length > 0 && bytes > maxBytes) {
        releaseBytes(row.frame);
        break;
      }
      const { header } = openFrame(row.frame);
      units.push({ header, frame: row.frame });
      next = lastSequence(header) + 1;
    }
    return units;
  });
  return snapshot;
}

function unitAt(
  database: Database,
  table: "segment" | "chunk",
): (id: number, sequence: number) => FrameRow | null {
  const query = database.query<FrameRow, [number, number]>(
    `SELECT frame FROM ${table} WHERE attempt_id = ? AND first_sequence <= ? ORDER BY first_sequence DESC LIMIT 1`,
  );
  return (id, sequence) => query.get(id, sequence);
}

/** The `segment` of the contract. */
export function readSegment(
  database: Database,
): (key: AttemptKey, address: SegmentAddress, as: "zstd" | "plain") => Uint8Array | undefined {
  const query = database.query<FrameRow, [string, number, number, number]>(
    `SELECT frame FROM segment
       JOIN attempt ON attempt.id = attempt_id JOIN task ON task.id = task_id
     WHERE task.name = ? AND number = ? AND first_sequence = ? AND checksum = ?`,
  );
  return ({ taskId, attempt }, { firstSequence, checksum }, as) => {
    const row = query.get(taskId, attempt, firstSequence, checksum);
    if (row === null) return undefined;
    const { header, body } = openFrame(row.frame);
    return as === "zstd" ? body.slice() : decompress(body, header.columnsBytes);
  };
}
