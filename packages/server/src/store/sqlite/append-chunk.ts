import type { Database } from "bun:sqlite";
import { type ChunkHeader, lastSequence } from "@keruta/protocol";
import type { AppendOutcome, ClaimKey } from "../log-store.ts";
import type { AttemptRow } from "./attempt-row.ts";
import { superseded } from "./claim-attempt.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { Verified } from "./verify.ts";

export type AppendChunk = (claimed: ClaimKey, frame: Uint8Array, verified: Verified) => AppendOutcome;

/** The `append` of the contract for a verified chunk, inside the writer's transaction. */
export function appendChunk(database: Database, findAttempt: FindAttempt): AppendChunk {
  const addChunk = database.query(
    `INSERT INTO chunk (attempt_id, first_sequence, line_count, first_time_us, last_time_us, raw_bytes,
       fields_bytes, bundled, frame) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
  );
  const advance = database.query(
    "UPDATE attempt SET head = ?, raw_bytes = raw_bytes + ?, counts = ? WHERE id = ?",
  );

  return (claimed, frame, { header, fieldsBytes }) => {
    const attempt = findAttempt(claimed);
    const refused = placeOf(attempt, claimed, header);
    if (refused !== undefined) return refused;
    const { firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes } = header;
    addChunk.run(attempt.id, firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes, fieldsBytes, frame);
    const head = lastSequence(header);
    advance.run(head, rawBytes, addCounts(attempt.counts, header.counts), attempt.id);
    return { outcome: "stored", head, unit: { header, frame } };
  };
}

/** Why the chunk is not the next one; undefined where it is. */
function placeOf(attempt: AttemptRow, claimed: ClaimKey, header: ChunkHeader): AppendOutcome | undefined {
  const { head } = attempt;
  if (claimed.claim !== attempt.claim)
    return {
      outcome: "refused",
      code: "SUPERSEDED",
      message: superseded(attempt.task, attempt.number).message,
    };
  if (lastSequence(header) <= head) return { outcome: "duplicate", head };
  if (attempt.state !== "PROCESSING")
    return {
      outcome: "refused",
      code: "ATTEMPT_ENDED",
      message: `attempt ${attempt.number} of ${attempt.task} has ended at line ${head}; no line can be added`,
    };
  if (header.firstSequence !== head + 1)
    return { outcome: "gap", next: head + 1, firstSequence: header.firstSequence };
  return undefined;
}

function addCounts(stored: string, added: readonly number[]): string {
  const counts = JSON.parse(stored) as number[];
  for (let cell = 0; cell < counts.length; cell++) counts[cell]! += added[cell]!;
  return JSON.stringify(counts);
}
