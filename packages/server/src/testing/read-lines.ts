import { decodeLines, linesOf, openFrame } from "@keruta/protocol";
import type { AttemptKey, LogStore } from "../store/log-store.ts";
import { decompress } from "../store/zstd.ts";

/** Texts of a frame's lines, each with its sequence: `"7 some text"`. */
export function linesOfFrame(frame: Uint8Array): string[] {
  return [...linesOf(decodeLines(openFrame(frame), decompress))].map(
    (line) => `${line.sequence} ${line.text}`,
  );
}

/** Everything stored from `sequence` on, in the order in which a reader gets it. */
export async function readLines(
  store: LogStore,
  key: AttemptKey,
  sequence = 1,
  maxBytes = 4_096,
): Promise<string[]> {
  const lines: string[] = [];
  for (let next = sequence; ; ) {
    const units = await store.read(key, next, maxBytes);
    if (units.length === 0) return lines;
    for (const { header, frame } of units) {
      lines.push(...linesOfFrame(frame).slice(Math.max(0, next - header.firstSequence)));
      next = header.firstSequence + header.lineCount;
    }
  }
}
