import { type ChunkHeader, lastSequence } from "@keruta/protocol";
import type { StoredAttempt } from "./log-store.ts";

/** The attempt as it is with these lines, which were stored behind its head. */
export function grownAttempt(attempt: StoredAttempt, header: ChunkHeader): StoredAttempt {
  const counts = attempt.counts.map((count, cell) => count + header.counts[cell]!);
  const rawBytes = attempt.rawBytes + header.rawBytes;
  return { ...attempt, head: lastSequence(header), counts, rawBytes };
}
