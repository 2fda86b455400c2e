import { decodeLines, type LineBlock, lastSequence, openFrame, releaseBytes } from "@keruta/protocol";
import type { LogStore, StoredAttempt, Unit } from "../store/log-store.ts";
import { decompress } from "../store/zstd.ts";

/** Asked of the store at a time. */
const readBytes = 256 * 1024;

/**
 * The last line before the first one that is later than `throughUs`; the head where none is. Segments that are wholly
 * early are passed over by their headers; at most one of them is read, and the chunks behind them.
 */
export async function lastLineThrough(
  store: LogStore,
  attempt: StoredAttempt,
  throughUs: number,
): Promise<number> {
  let next = await firstToLookAt(store, attempt, throughUs);
  for (;;) {
    const units = await store.read(attempt, next, readBytes);
    if (units.length === 0) return next - 1;
    for (const unit of units) {
      const early = linesThrough(unit, throughUs);
      if (early < unit.header.lineCount) return unit.header.firstSequence + early - 1;
      next = lastSequence(unit.header) + 1;
    }
  }
}

async function firstToLookAt(store: LogStore, attempt: StoredAttempt, throughUs: number): Promise<number> {
  const { deletedThrough = 0 } = attempt;
  const manifest = await store.manifest(attempt, 0);
  const late = manifest?.segments.find(({ lastTimeUs }) => lastTimeUs > throughUs);
  return Math.max(deletedThrough + 1, late?.firstSequence ?? (manifest?.sealedThrough ?? 0) + 1);
}

/** How many lines of the unit are not later. Its frame is gone afterwards. */
function linesThrough(unit: Unit, throughUs: number): number {
  const lines = countThrough(unit, throughUs);
  releaseBytes(unit.frame);
  return lines;
}

function countThrough({ header, frame }: Unit, throughUs: number): number {
  if (header.lastTimeUs <= throughUs) return header.lineCount;
  if (header.firstTimeUs > throughUs) return 0;
  return firstLater(decodeLines(openFrame(frame), decompress), throughUs);
}

function firstLater(block: LineBlock, throughUs: number): number {
  let low = 0;
  let high = block.lineCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (block.timeUs(middle) > throughUs) high = middle;
    else low = middle + 1;
  }
  return low;
}
