import type { Database } from "bun:sqlite";
import { type Frame, unpack } from "@keruta/protocol";

/** A unit made by the store itself, of lines that it has. */
export interface Made {
  readonly into: "segment" | "chunk";
  readonly frame: Uint8Array;
  readonly fieldsBytes: number;
  /** A chunk that was made by merging. */
  readonly bundled: boolean;
}

/** Adds it; the rows it stands for are gone already. */
export type StoreMade = (attemptId: number, made: Made, opened: Frame) => void;

export function storeMade(database: Database): StoreMade {
  const addChunk = database.query(
    `INSERT INTO chunk (attempt_id, first_sequence, line_count, first_time_us, last_time_us, raw_bytes,
       fields_bytes, bundled, frame) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const addSegment = database.query(
    `INSERT INTO segment (attempt_id, first_sequence, line_count, first_time_us, last_time_us, raw_bytes,
       columns_bytes, invalid_bytes, counts, body_bytes, checksum, frame)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  return (attemptId, { into, frame, fieldsBytes, bundled }, { header, body }) => {
    const { firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes } = header;
    const place = [attemptId, firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes];
    if (into === "chunk") addChunk.run(...place, fieldsBytes, bundled ? 1 : 0, frame);
    else {
      const counts = JSON.stringify(header.counts);
      const sizes = [header.columnsBytes, header.invalidBytes];
      addSegment.run(...place, ...sizes, counts, body.length, checksumOf(frame), frame);
    }
  };
}

function checksumOf(frame: Uint8Array): number {
  return (unpack(frame) as [number])[0];
}
