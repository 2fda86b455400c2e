import { type ChunkHeader, lastSequence } from "@keruta/protocol";
import type { AppendOutcome, ClaimKey } from "../log-store.ts";
import type { AttemptRow } from "./attempt-row.ts";
import { superseded } from "./claim-attempt.ts";
import type { FindAttempt } from "./find-attempt.ts";
import { numbered, type StoreChunk } from "./store-chunk.ts";
import type { Verified } from "./verify.ts";

export type AppendChunk = (claimed: ClaimKey, frame: Uint8Array, verified: Verified) => AppendOutcome;

/** The `append` of the contract for a verified chunk, inside the writer's transaction. */
export function appendChunk(findAttempt: FindAttempt, store: StoreChunk): AppendChunk {
  return (claimed, frame, { header, fieldsBytes }) => {
    const attempt = findAttempt(claimed);
    const refused = placeOf(attempt, claimed, header);
    if (refused !== undefined) return refused;
    const unit = numbered(header, frame, header.firstSequence + attempt.inserted);
    store(attempt, unit, fieldsBytes, 0);
    return { outcome: "stored", agentHead: lastSequence(header), unit };
  };
}

/** Why the chunk is not the next one; undefined where it is. In agent numbers. */
function placeOf(attempt: AttemptRow, claimed: ClaimKey, header: ChunkHeader): AppendOutcome | undefined {
  const agentHead = attempt.head - attempt.inserted;
  if (claimed.claim !== attempt.claim)
    return {
      outcome: "refused",
      code: "SUPERSEDED",
      message: superseded(attempt.task, attempt.number).message,
    };
  if (lastSequence(header) <= agentHead) return { outcome: "duplicate", agentHead };
  if (attempt.state !== "PROCESSING")
    return {
      outcome: "refused",
      code: "ATTEMPT_ENDED",
      message: `attempt ${attempt.number} of ${attempt.task} has ended at line ${agentHead}; no line can be added`,
    };
  if (header.firstSequence !== agentHead + 1)
    return { outcome: "gap", next: agentHead + 1, firstSequence: header.firstSequence };
  return undefined;
}
