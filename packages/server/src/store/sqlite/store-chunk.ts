import type { Database } from "bun:sqlite";
import { type ChunkHeader, lastSequence, renumberFrame } from "@keruta/protocol";
import type { Unit } from "../log-store.ts";
import type { AttemptRow } from "./attempt-row.ts";

/** Puts a chunk that begins at head + 1 behind the head. `inserted`: how many of its lines are not the agent's. */
export type StoreChunk = (attempt: AttemptRow, unit: Unit, fieldsBytes: number, inserted: number) => void;

export function storeChunk(database: Database): StoreChunk {
  const addChunk = database.query(
    `INSERT INTO chunk (attempt_id, first_sequence, line_count, first_time_us, last_time_us, raw_bytes,
       fields_bytes, bundled, frame) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
  );
  const advance = database.query(
    "UPDATE attempt SET head = ?, inserted = ?, raw_bytes = raw_bytes + ?, counts = ? WHERE id = ?",
  );

  return (attempt, { header, frame }, fieldsBytes, inserted) => {
    const { firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes } = header;
    addChunk.run(attempt.id, firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes, fieldsBytes, frame);
    const counts = addCounts(attempt.counts, header.counts);
    advance.run(lastSequence(header), attempt.inserted + inserted, rawBytes, counts, attempt.id);
  };
}

/** A verified chunk under the sequence it is stored under. The body is not touched, and the frame only where that is another one. */
export function numbered(header: ChunkHeader, frame: Uint8Array, firstSequence: number): Unit {
  if (header.firstSequence === firstSequence) return { header, frame };
  return { header: { ...header, firstSequence }, frame: renumberFrame(frame, firstSequence) };
}

function addCounts(stored: string, added: readonly number[]): string {
  const counts = JSON.parse(stored) as number[];
  for (let cell = 0; cell < counts.length; cell++) counts[cell]! += added[cell]!;
  return JSON.stringify(counts);
}
