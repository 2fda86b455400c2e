import { flagsSource, type Line, lineAt } from "@keruta/protocol";
import type { LineFilter } from "./line-filter.ts";
import type { BlockPart } from "./read-blocks.ts";

export interface MatchingLine {
  readonly line: Line;
  /** 1, 2, … within the attempt's lines of the same source. */
  readonly lineNumber: number;
}

/** How far somebody has come in the lines of an attempt. */
export interface Progress {
  /** How many lines of each source have gone by. */
  readonly counted: number[];
  /** So many matching lines are to be passed over. */
  skip: number;
}

/** The lines of the next part that match; `progress` is brought up to the line that was given last. */
export function* matchingLines(
  { block, start, end }: BlockPart,
  filter: LineFilter,
  progress: Progress,
): Generator<MatchingLine> {
  const { counted } = progress;
  const fields = new Map(block.fields());
  const times = block.timesUs();
  for (let index = start; index < end; index++) {
    const flags = block.flags[index]!;
    const lineNumber = ++counted[flagsSource(flags)]!;
    if (!filter.matches(flags, times[index]!)) continue;
    if (progress.skip > 0) progress.skip--;
    else yield { line: lineAt(block, index, fields.get(index)), lineNumber };
  }
}
