import { characterStart } from "./utf8.ts";

/** A line of the agent's own, or a part of one that is too long. */
export interface OwnLine {
  /** A whole line ends in its newline. */
  readonly bytes: Uint8Array;
  readonly textBytes: number;
  readonly isContinued: boolean;
}

/** A text as lines no longer than `maxLineBytes`, cut between characters. A newline at its end begins no other line. */
export function ownLines(text: string, maxLineBytes: number): OwnLine[] {
  return text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .flatMap((line) => cutLine(new TextEncoder().encode(`${line}\n`), maxLineBytes));
}

function cutLine(line: Uint8Array, maxLineBytes: number): OwnLine[] {
  const parts: OwnLine[] = [];
  let rest = line;
  while (rest.length - 1 > maxLineBytes) {
    const cut = characterStart(rest, maxLineBytes);
    parts.push({ bytes: rest.subarray(0, cut), textBytes: cut, isContinued: true });
    rest = rest.subarray(cut);
  }
  return [...parts, { bytes: rest, textBytes: rest.length - 1, isContinued: false }];
}
