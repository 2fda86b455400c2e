import {
  type Columns,
  countFlags,
  decodeColumns,
  encodeColumns,
  encodeFrame,
  KerutaError,
  terminatorBytes,
} from "@keruta/protocol";
import type { LinePiece } from "./line-pieces.ts";

/** Most submissions are small and wait for nothing else: 1 is fast, and sealing compresses again. */
const compressionLevel = 1;

const newline = 0x0a;

/** One chunk of pieces in order, at least one. Throws INVALID_LOG_FORMAT where the store would refuse it. */
export function frameOfPieces(pieces: readonly LinePiece[], firstSequence: number): Uint8Array {
  const columns = columnsOf(pieces);
  const encoded = encodeColumns(columns);
  const header = {
    firstSequence,
    lineCount: pieces.length,
    firstTimeUs: columns.firstTimeUs,
    lastTimeUs: pieces.at(-1)!.timeUs,
    rawBytes: columns.text.length,
    columnsBytes: encoded.length,
    invalidBytes: pieces.reduce((sum, { invalidBytes }) => sum + invalidBytes, 0),
    counts: countFlags(columns.flags, pieces.length),
  };
  checked(() => decodeColumns(header, encoded));
  return encodeFrame(header, Bun.zstdCompressSync(encoded, { level: compressionLevel }));
}

function columnsOf(pieces: readonly LinePiece[]): Columns {
  return {
    lineCount: pieces.length,
    firstTimeUs: pieces[0]!.timeUs,
    timesUs: Float64Array.from(pieces, ({ timeUs }) => timeUs),
    textLengths: Uint32Array.from(pieces, ({ text }) => text.length),
    flags: Uint8Array.from(pieces, ({ flags }) => flags),
    text: textOf(pieces),
    fields: pieces.flatMap(({ fields }, index) => (fields === undefined ? [] : [[index, fields] as const])),
  };
}

function textOf(pieces: readonly LinePiece[]): Uint8Array {
  const bytes = pieces.reduce((sum, { text, flags }) => sum + text.length + terminatorBytes(flags), 0);
  const all = new Uint8Array(bytes).fill(newline);
  let position = 0;
  for (const { text, flags } of pieces) {
    all.set(text, position);
    position += text.length + terminatorBytes(flags);
  }
  return all;
}

function checked(check: () => unknown): void {
  try {
    check();
  } catch (cause) {
    throw new KerutaError("INVALID_LOG_FORMAT", `cannot store these lines: ${(cause as Error).message}`, {
      cause,
    });
  }
}
