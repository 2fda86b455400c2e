import {
  countFlags,
  decodeLines,
  encodeColumns,
  encodeFrame,
  openFrame,
  releaseBytes,
} from "@keruta/protocol";
import type { Unit } from "./log-store.ts";
import { compress, decompress } from "./zstd.ts";

/** A frame with the lines of another from `firstSequence` on, which keep their sequences. */
export function cutFrame(frame: Uint8Array, firstSequence: number): Unit {
  const block = decodeLines(openFrame(frame), decompress);
  const from = firstSequence - block.header.firstSequence;
  const timesUs = block.timesUs().subarray(from);
  const flags = block.flags.subarray(from);
  const text = block.text.subarray(block.textStart(from));
  const columns = {
    lineCount: flags.length,
    firstTimeUs: timesUs[0]!,
    timesUs,
    textLengths: Uint32Array.from(block.lengths).subarray(from),
    flags,
    text,
    fields: block
      .fields()
      .filter(([index]) => index >= from)
      .map(([index, fields]) => [index - from, fields] as const),
  };
  const body = encodeColumns(columns);
  const header = {
    firstSequence,
    lineCount: flags.length,
    firstTimeUs: columns.firstTimeUs,
    lastTimeUs: block.header.lastTimeUs,
    rawBytes: text.length,
    columnsBytes: body.length,
    invalidBytes: Math.min(block.header.invalidBytes, countReplaced(text)),
    counts: countFlags(flags, flags.length),
  };
  const cut = { header, frame: encodeFrame(header, compress(body)) };
  releaseBytes(block.text);
  return cut;
}

/** Occurrences of U+FFFD, which stands where an invalid sequence was. */
function countReplaced(text: Uint8Array): number {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length);
  let found = 0;
  for (let at = bytes.indexOf("\ufffd"); at !== -1; at = bytes.indexOf("\ufffd", at + 3)) found++;
  return found;
}
