import { type ChunkHeader, lastSequence } from "@keruta/protocol";

/** Both 0 where nothing was stored. */
export function lineRange(headers: readonly ChunkHeader[]): { firstSequence: number; lastSequence: number } {
  const [first, last] = [headers[0], headers.at(-1)];
  if (first === undefined || last === undefined) return { firstSequence: 0, lastSequence: 0 };
  return { firstSequence: first.firstSequence, lastSequence: lastSequence(last) };
}
