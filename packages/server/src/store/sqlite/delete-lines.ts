import type { Database } from "bun:sqlite";
import { type ChunkHeader, openFrame, releaseBytes } from "@keruta/protocol";
import { checkedFieldsBytes } from "../checked-fields-bytes.ts";
import { cutFrame } from "../cut-frame.ts";
import type { AttemptKey, DeletedLines } from "../log-store.ts";
import { type AttemptRow, storedAttempt } from "./attempt-row.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { StoreMade } from "./store-made.ts";

/** What a unit adds to its attempt's totals. */
type Totals = Pick<ChunkHeader, "rawBytes" | "counts">;

/** The `deleteLines` of the contract, inside the writer's transaction. */
export function deleteLines(
  database: Database,
  findAttempt: FindAttempt,
  storeMade: StoreMade,
): (key: AttemptKey, through: number) => DeletedLines {
  const segments = segmentRows(database);
  const chunks = chunkRows(database);
  const shorten = database.query(
    "UPDATE attempt SET deleted_through = ?, sealed_through = ?, raw_bytes = ?, counts = ? WHERE id = ?",
  );

  return (key, through) => {
    const attempt = findAttempt(key);
    const last = Math.min(through, attempt.head);
    const deleted = last - attempt.deleted_through;
    if (deleted <= 0) return { deleted: 0, attempt: storedAttempt(attempt) };
    deleteUnits(attempt, last);
    return { deleted, attempt: storedAttempt(findAttempt(key)) };
  };

  function deleteUnits(attempt: AttemptRow, through: number): void {
    const left = { rawBytes: attempt.raw_bytes, counts: JSON.parse(attempt.counts) as number[] };
    for (const table of [segments, chunks]) {
      const boundary = table.holding(attempt.id, through);
      for (const gone of table.totals(attempt.id, through)) add(left, gone, -1);
      table.remove(attempt.id, through);
      if (boundary !== undefined) add(left, keepTail(attempt.id, boundary, through), 1);
    }
    // A chunk after the last sealed line may be the first that is left: the segments end where the deleted lines do.
    const sealed = Math.max(attempt.sealed_through, through);
    shorten.run(through, sealed, left.rawBytes, JSON.stringify(left.counts), attempt.id);
  }

  /** The unit that holds the last line to go and lines behind it. */
  function keepTail(attemptId: number, { into, bundled, frame }: Boundary, through: number): Totals {
    const { header, frame: tail } = cutFrame(frame, through + 1);
    releaseBytes(frame);
    // As with a merge: what takes the place of the only copy is read back and checked first.
    const opened = openFrame(tail);
    const fieldsBytes = checkedFieldsBytes(opened);
    storeMade(attemptId, { into, bundled, frame: tail, fieldsBytes }, opened);
    return header;
  }
}

interface Boundary {
  readonly into: "segment" | "chunk";
  readonly bundled: boolean;
  readonly frame: Uint8Array;
}

/** What deletion has to do with either of the tables that hold units. */
interface UnitRows {
  /** The unit that holds the line and others behind it. */
  holding(attemptId: number, sequence: number): Boundary | undefined;
  /** Of every unit that begins at or before the line. */
  totals(attemptId: number, sequence: number): Iterable<Totals>;
  remove(attemptId: number, sequence: number): void;
}

function segmentRows(database: Database): UnitRows {
  const all = database.query<{ rawBytes: number; counts: string }, [number, number]>(
    `SELECT raw_bytes AS rawBytes, counts FROM segment WHERE attempt_id = ? AND first_sequence <= ?`,
  );
  return {
    holding: holding(database, "segment", "0"),
    remove: remove(database, "segment"),
    *totals(attemptId, sequence) {
      for (const { rawBytes, counts } of all.all(attemptId, sequence))
        yield { rawBytes, counts: JSON.parse(counts) as number[] };
    },
  };
}

function chunkRows(database: Database): UnitRows {
  const all = database.query<{ frame: Uint8Array }, [number, number]>(
    "SELECT frame FROM chunk WHERE attempt_id = ? AND first_sequence <= ?",
  );
  return {
    holding: holding(database, "chunk", "bundled"),
    remove: remove(database, "chunk"),
    /** One at a time: the counts are in the frames, and the frames of a backlog are too much to hold. */
    *totals(attemptId, sequence) {
      for (const { frame } of all.iterate(attemptId, sequence)) {
        yield openFrame(frame).header;
        releaseBytes(frame);
      }
    },
  };
}

function holding(database: Database, into: "segment" | "chunk", bundled: string): UnitRows["holding"] {
  const query = database.query<{ bundled: number; frame: Uint8Array }, { attempt: number; sequence: number }>(
    `SELECT ${bundled} AS bundled, frame FROM ${into}
     WHERE attempt_id = $attempt AND first_sequence <= $sequence AND first_sequence + line_count - 1 > $sequence
     ORDER BY first_sequence DESC LIMIT 1`,
  );
  return (attempt, sequence) => {
    const row = query.get({ attempt, sequence });
    return row === null ? undefined : { into, bundled: row.bundled === 1, frame: row.frame };
  };
}

function remove(database: Database, table: "segment" | "chunk"): UnitRows["remove"] {
  const query = database.query(`DELETE FROM ${table} WHERE attempt_id = ? AND first_sequence <= ?`);
  return (attemptId, sequence) => {
    query.run(attemptId, sequence);
  };
}

function add(left: { rawBytes: number; counts: number[] }, { rawBytes, counts }: Totals, sign: 1 | -1): void {
  left.rawBytes += sign * rawBytes;
  for (let cell = 0; cell < left.counts.length; cell++) left.counts[cell]! += sign * counts[cell]!;
}
