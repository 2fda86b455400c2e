import { type Line, LineFlag, levelOf, sourceOf } from "./line.ts";
import type { LineBlock } from "./line-block.ts";

// A byte order mark at the start of a line is the program's text, not ours to eat.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The lines of a block as objects, from index `start` on: for edges, never for the hot path. */
export function* linesOf(block: LineBlock, start = 0): Generator<Line> {
  const fields = new Map(block.fields());
  for (let index = start; index < block.lineCount; index++) yield lineAt(block, index, fields.get(index));
}

/** One line of a block as an object; `fields` are its own, from `block.fields()`. */
export function lineAt(block: LineBlock, index: number, fields: Line["fields"]): Line {
  const flags = block.flags[index] ?? 0;
  return {
    sequence: block.header.firstSequence + index,
    timeUs: block.timeUs(index),
    source: sourceOf(flags),
    level: levelOf(flags),
    levelGuessed: (flags & LineFlag.guessed) !== 0,
    continued: (flags & LineFlag.continued) !== 0,
    text: utf8.decode(block.textBytes(index)),
    ...(fields === undefined ? {} : { fields }),
  };
}
