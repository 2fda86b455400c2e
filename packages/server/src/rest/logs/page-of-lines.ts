import { lastSequence } from "@keruta/protocol";
import { type LogRecord, logRecord } from "../../log-record.ts";
import type { StoredAttempt } from "../../store/log-store.ts";
import type { LineFilter } from "./line-filter.ts";
import type { LogParts } from "./log-parts.ts";
import { matchingLines } from "./matching-lines.ts";
import { countMatching, type MeasuredUnit, measuredUnits } from "./measured-units.ts";
import { readBlocks } from "./read-blocks.ts";

/** Of all matching lines of the attempts, one after the other, those at the places `start` to `end` (exclusive), from 0. */
export interface Places {
  readonly start: number;
  readonly end: number;
}

/** How many lines match. Count tables say it; within a range of time, units at its ends are read. */
export async function countLines(
  parts: LogParts,
  attempt: StoredAttempt,
  filter: LineFilter,
): Promise<number> {
  if (filter.isTimeless) return filter.countIn(attempt.counts);
  const index = await parts.indexes.of(attempt);
  let count = 0;
  for (const unit of index === undefined ? [] : measuredUnits(index, filter))
    count += await countMatching(parts.store, attempt, unit, filter);
  return count;
}

/** The lines at the places, which are counted from the attempt's first matching line. Only the units that hold them are read. */
export async function recordsAt(
  parts: LogParts,
  attempt: StoredAttempt,
  filter: LineFilter,
  { start, end }: Places,
): Promise<LogRecord[]> {
  const index = await parts.indexes.of(attempt);
  const records: LogRecord[] = [];
  let place = 0;
  for (const unit of index === undefined ? [] : measuredUnits(index, filter)) {
    const next = place + (await countMatching(parts.store, attempt, unit, filter));
    if (next > start) {
      const take = end - Math.max(start, place);
      records.push(...(await recordsIn(parts, attempt, filter, unit, Math.max(0, start - place), take)));
    }
    if (next >= end) break;
    place = next;
  }
  return records;
}

async function recordsIn(
  { store }: LogParts,
  attempt: StoredAttempt,
  filter: LineFilter,
  { header, before }: MeasuredUnit,
  skip: number,
  take: number,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const progress = { counted: [...before], skip };
  for await (const part of readBlocks(store, attempt, header.firstSequence, lastSequence(header)))
    for (const { line, lineNumber } of matchingLines(part, filter, progress)) {
      if (records.length === take) return records;
      records.push(logRecord(line, attempt.taskId, attempt.attempt, lineNumber));
    }
  return records;
}
