import { type ChunkHeader, lastSequence, levels, sources } from "@keruta/protocol";
import type { AttemptKey, LogStore } from "../../store/log-store.ts";
import type { LineFilter } from "./line-filter.ts";
import { readBlocks } from "./read-blocks.ts";
import type { UnitIndex } from "./unit-index.ts";

/** A unit, and what is known of it without its lines. */
export interface MeasuredUnit {
  readonly header: ChunkHeader;
  /** How many of its lines match; undefined: it was not worth finding out. */
  readonly matching: number | undefined;
  /** How many lines of each source stand before it in the attempt. */
  readonly before: readonly number[];
}

/** Every unit, as far as its header tells. */
export function* measuredUnits({ headers }: UnitIndex, filter: LineFilter): Generator<MeasuredUnit> {
  const before = sources.map(() => 0);
  for (const header of headers) {
    yield { header, matching: filter.countOf(header), before: [...before] };
    for (const [cell, count] of header.counts.entries()) before[Math.floor(cell / levels.length)]! += count;
  }
}

/** The number of matching lines of a unit, which is read where its header does not tell: one at each end of a range of time. */
export async function countMatching(
  store: LogStore,
  key: AttemptKey,
  { header, matching }: MeasuredUnit,
  filter: LineFilter,
): Promise<number> {
  if (matching !== undefined) return matching;
  let count = 0;
  for await (const { block, start, end } of readBlocks(
    store,
    key,
    header.firstSequence,
    lastSequence(header),
  )) {
    const times = block.timesUs();
    for (let i = start; i < end; i++) if (filter.matches(block.flags[i]!, times[i]!)) count++;
  }
  return count;
}
