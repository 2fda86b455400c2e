import type { Database } from "bun:sqlite";
import type { ManifestSegment } from "@keruta/protocol";
import type { AttemptKey, StoredManifest } from "../log-store.ts";
import { storedAttempt } from "./attempt-row.ts";
import type { FindAttempt } from "./find-attempt.ts";

type SegmentRow = Omit<ManifestSegment, "counts"> & { readonly counts: string };

/** The `manifest` of the contract. */
export function readManifest(
  database: Database,
  findAttempt: FindAttempt,
): (key: AttemptKey, after: number) => StoredManifest {
  const query = database.query<SegmentRow, [number, number]>(
    `SELECT first_sequence AS firstSequence, line_count AS lineCount, first_time_us AS firstTimeUs,
       last_time_us AS lastTimeUs, raw_bytes AS rawBytes, columns_bytes AS columnsBytes,
       invalid_bytes AS invalidBytes, counts, body_bytes AS bodyBytes, checksum
     FROM segment WHERE attempt_id = ? AND first_sequence > ? ORDER BY first_sequence`,
  );
  return database.transaction((key: AttemptKey, after: number) => {
    const row = findAttempt(key);
    const segments = query
      .all(row.id, after)
      .map((segment) => ({ ...segment, counts: JSON.parse(segment.counts) as number[] }));
    return { attempt: storedAttempt(row), segments, sealedThrough: row.sealed_through };
  });
}
