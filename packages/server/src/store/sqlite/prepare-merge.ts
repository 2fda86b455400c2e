import type { Database } from "bun:sqlite";
import { limits, openFrame, releaseBytes } from "@keruta/protocol";
import { checkedFieldsBytes } from "../checked-fields-bytes.ts";
import type { AttemptKey, Unsealed } from "../log-store.ts";
import { type ChunkSize, type MergePlan, mergeFrames, planBundle, planMerge } from "../merge.ts";
import type { AttemptRow } from "./attempt-row.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { Merged } from "./write-operations.ts";

/** Looked at a time. Where there are more, small ones are bundled first, so that the last segment is not many. */
const maxPlannedChunks = 4_096;

/** Room for the columns of all but unusual segments; a larger one takes new memory. */
const scratchBytes = 2 * limits.segmentTargetRawBytes;

type SizeRow = ChunkSize & { readonly bundled: number };

/** Decides what is to be merged and makes it; the writer puts it in place. Undefined: nothing is due. */
export function prepareMerge(
  database: Database,
  findAttempt: FindAttempt,
): (key: AttemptKey) => Merged | undefined {
  const sizes = database.query<SizeRow, [number, number]>(
    `SELECT first_sequence AS firstSequence, line_count AS lineCount, first_time_us AS firstTimeUs,
       last_time_us AS lastTimeUs, raw_bytes AS rawBytes, fields_bytes AS fieldsBytes, bundled
     FROM chunk WHERE attempt_id = ? ORDER BY first_sequence LIMIT ?`,
  );
  const frames = database.query<{ frame: Uint8Array }, [number, number, number]>(
    "SELECT frame FROM chunk WHERE attempt_id = ? AND first_sequence >= ? ORDER BY first_sequence LIMIT ?",
  );
  const load = database.transaction((key: AttemptKey) => {
    const attempt = findAttempt(key);
    const found = planOf(sizes.all(attempt.id, maxPlannedChunks), attempt);
    if (found === undefined) return undefined;
    const { from, plan } = found;
    return {
      attemptId: attempt.id,
      into: plan.into,
      frames: frames.all(attempt.id, from, plan.count).map((row) => row.frame),
    };
  });

  const scratch = Buffer.allocUnsafeSlow(scratchBytes);
  // The snapshot is closed before the long work begins, so that the WAL can be checkpointed meanwhile.
  return (key) => {
    const loaded = load(key);
    if (loaded === undefined) return undefined;
    // The merge before left megabytes of columns behind, of which the collector by itself lets tens gather.
    Bun.gc(true);
    const { attemptId, into, frames: found } = loaded;
    return { attemptId, into, ...merged(found, scratch) };
  };
}

function planOf(
  chunks: readonly SizeRow[],
  attempt: AttemptRow,
): { from: number; plan: MergePlan } | undefined {
  const isAll = chunks.length < maxPlannedChunks;
  const sealing = planMerge(chunks, isAll && attempt.state !== "PROCESSING");
  if (sealing !== undefined) return { from: chunks[0]!.firstSequence, plan: sealing };
  const loose = chunks.slice(chunks.findLastIndex((chunk) => chunk.bundled === 1) + 1);
  const bundling = planBundle(loose);
  return bundling === undefined ? undefined : { from: loose[0]!.firstSequence, plan: bundling };
}

function merged(frames: readonly Uint8Array[], scratch: Uint8Array): Pick<Merged, "frame" | "fieldsBytes"> {
  const { frame } = mergeFrames(frames, scratch);
  for (const old of frames) releaseBytes(old);
  // What is about to take the place of the only copy is read back and checked first.
  const fieldsBytes = checkedFieldsBytes(openFrame(frame));
  return { frame, fieldsBytes };
}

export function findUnsealed(database: Database): () => Unsealed[] {
  const query = database.query<Unsealed, []>(
    `SELECT task.name AS taskId, number AS attempt, state, sum(chunk.raw_bytes) AS rawBytes, count(*) AS chunks
     FROM chunk JOIN attempt ON attempt.id = attempt_id JOIN task ON task.id = task_id GROUP BY attempt_id`,
  );
  return () => query.all();
}
