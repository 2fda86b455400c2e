import type { LineRange } from "@keruta/client";
import { type Level, LineFlag, levelOf, levels, type Source, sourceOf, sources } from "@keruta/protocol";
import { terminalRuns } from "../log-view/terminal-line.ts";
import type { Row } from "./messages.ts";

/** More of a line is not shown: laying it out would hold up every other row. */
export const maxShownBytes = 16 * 1024;

const utf8 = new TextDecoder();

/** Decodes the lines of `ranges`; `endedAt` is the last line of an ended attempt. */
export function makeRows(ranges: readonly LineRange[], endedAt?: number): Row[] {
  const rows: Row[] = [];
  for (const { block, start, end } of ranges)
    for (let index = start; index < end; index++) {
      const sequence = block.header.firstSequence + index;
      const flags = block.flags[index]!;
      rows.push({
        sequence,
        timeUs: block.timeUs(index),
        source: sourceOf(flags),
        level: levelOf(flags),
        // Output that stops without a newline is not continued by anything.
        isContinued: (flags & LineFlag.continued) !== 0 && sequence !== endedAt,
        ...shownText(block.textBytes(index)),
      });
    }
  return rows;
}

function shownText(bytes: Uint8Array): Pick<Row, "runs" | "cutBytes"> {
  const end = bytes.length <= maxShownBytes ? bytes.length : characterStart(bytes, maxShownBytes);
  return { runs: terminalRuns(utf8.decode(bytes.subarray(0, end))), cutBytes: bytes.length - end };
}

/** UTF-8's continuation bytes are 10xxxxxx; a character must not be cut in two. */
function characterStart(bytes: Uint8Array, position: number): number {
  let start = position;
  while (start > 0 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}

/** The text still being written, as rows after the last line. */
export function partialRows(partials: Readonly<Partial<Record<Source, string>>>): Row[] {
  return sources.flatMap((source) => {
    const text = partials[source];
    if (text === undefined) return [];
    const runs = terminalRuns(text);
    return [{ sequence: 0, timeUs: 0, source, level: "INFO", isContinued: false, runs, cutBytes: 0 }];
  });
}

/** `counts` by source and level, as in a chunk's header, summed by level. */
export function countLevels(counts: readonly number[]): Record<Level, number> {
  const sums = levels.map((_, level) =>
    sources.reduce((sum, _source, source) => sum + (counts[source * levels.length + level] ?? 0), 0),
  );
  return Object.fromEntries(levels.map((level, i) => [level, sums[i]])) as Record<Level, number>;
}
