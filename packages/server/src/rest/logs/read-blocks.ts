import { decodeColumns, type LineBlock, openFrame, releaseBytes } from "@keruta/protocol";
import type { AttemptKey, LogStore, Unit } from "../../store/log-store.ts";
import { decompressAside } from "../../store/zstd.ts";

/** Lines `start` to `end` (exclusive) of a unit, by their indexes. */
export interface BlockPart {
  readonly block: LineBlock;
  readonly start: number;
  readonly end: number;
}

/**
 * Lines `first` to `last` of an attempt, unit by unit, decompressed off this thread. A part's memory is given back when the next is
 * asked for: nothing of it may be kept. Ends early where lines were deleted meanwhile. The store is asked for `readBytes` at a
 * time, or one unit that is larger.
 */
export async function* readBlocks(
  store: LogStore,
  key: AttemptKey,
  first: number,
  last: number,
  readBytes = 1,
): AsyncGenerator<BlockPart> {
  let next = first;
  while (next <= last) {
    const units = await store.read(key, next, readBytes);
    if (units.length === 0) return;
    for (const unit of units) {
      const { firstSequence, lineCount } = unit.header;
      if (firstSequence <= last)
        yield* partOf(unit, Math.max(0, next - firstSequence), last - firstSequence + 1);
      else releaseBytes(unit.frame);
      next = Math.max(next, firstSequence + lineCount);
    }
  }
}

async function* partOf({ frame }: Unit, start: number, end: number): AsyncGenerator<BlockPart> {
  const { header, body } = openFrame(frame);
  const columns = await decompressAside(body, header.columnsBytes);
  releaseBytes(frame);
  try {
    yield { block: decodeColumns(header, columns), start, end: Math.min(end, header.lineCount) };
  } finally {
    releaseBytes(columns);
  }
}
