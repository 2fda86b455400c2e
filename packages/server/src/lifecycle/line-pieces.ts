import { LineFlag, levelCode, lineFlags, sourceCode } from "@keruta/protocol";
import type { SubmittedLine } from "../task-actions.ts";

/** A stored line in the making. */
export interface LinePiece {
  readonly timeUs: number;
  readonly flags: number;
  readonly text: Uint8Array;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** What could not be written in UTF-8. */
  readonly invalidBytes: number;
}

/**
 * What a submitted line is stored as: one piece, or where it is longer than `maxBytes`, several that continue each
 * other, cut between characters. Its fields stand at the first.
 */
export function linePieces(line: SubmittedLine, timeUs: number, maxBytes: number): LinePiece[] {
  const text = Buffer.from(line.text);
  const flags = lineFlags(sourceCode[line.source], levelCode[line.level]);
  const pieces: LinePiece[] = [];
  let start = 0;
  do {
    const end = cutAt(text, start, maxBytes);
    const continued = end < text.length ? LineFlag.continued : 0;
    pieces.push({ timeUs, flags: flags | continued, text: text.subarray(start, end), invalidBytes: 0 });
    start = end;
  } while (start < text.length);
  return [withFields(pieces[0]!, line), ...pieces.slice(1)];
}

function withFields(piece: LinePiece, { text, fields }: SubmittedLine): LinePiece {
  const counted = { ...piece, invalidBytes: loneSurrogates(text) };
  return fields === undefined ? counted : { ...counted, fields, flags: piece.flags | LineFlag.fields };
}

/** Half of a pair of UTF-16: there is no UTF-8 for it, so it has become U+FFFD. */
function loneSurrogates(text: string): number {
  return text.isWellFormed() ? 0 : text.match(/\p{Surrogate}/gu)!.length;
}

function cutAt(text: Uint8Array, start: number, maxBytes: number): number {
  if (text.length - start <= maxBytes) return text.length;
  let end = start + maxBytes;
  while (isInsideCharacter(text[end]!)) end--;
  return end;
}

function isInsideCharacter(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}
