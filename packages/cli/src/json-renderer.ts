import { type Line, type LineBlock, linesOf } from "@keruta/protocol";
import { type LineChoice, type LineRenderer, shows } from "./line-renderer.ts";
import { isoTime } from "./times.ts";

const utf8 = new TextEncoder();

/** One JSON object a stored line. A part of a split line says `"continued": true`: the next of its source goes on. */
export class JsonRenderer implements LineRenderer {
  constructor(private readonly choice: LineChoice) {}

  render(block: LineBlock, start: number, end: number): Uint8Array {
    const rows: string[] = [];
    let index = start;
    for (const line of linesOf(block, start)) {
      if (index >= end) break;
      if (shows(block, index, this.choice)) rows.push(`${JSON.stringify(row(line))}\n`);
      index++;
    }
    return utf8.encode(rows.join(""));
  }

  finish(): Uint8Array {
    return new Uint8Array(0);
  }
}

function row({ sequence, timeUs, source, level, text, continued, fields }: Line): object {
  return {
    sequence,
    timestamp: isoTime(timeUs),
    source,
    level,
    message: text,
    ...(continued ? { continued } : {}),
    ...(fields === undefined ? {} : { metadata: fields }),
  };
}
