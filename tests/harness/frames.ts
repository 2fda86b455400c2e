import { zstdCompressSync } from "node:zlib";
import {
  type ChunkHeader,
  type Columns,
  countFlags,
  encodeColumns,
  encodeFrame,
  levelCode,
  lineFlags,
  sourceCode,
} from "@keruta/protocol";

export interface FrameParts {
  readonly header: ChunkHeader;
  /** The columns before compression. */
  readonly columns: Uint8Array;
}

/** Header and columns of a chunk of these stdout lines, for a test to put together or to spoil. */
export function framePartsOf(texts: readonly string[], firstSequence: number): FrameParts {
  const timeUs = Date.now() * 1000;
  const text = Buffer.from(texts.map((line) => `${line}\n`).join(""));
  const flags = new Uint8Array(texts.length).fill(lineFlags(sourceCode.stdout, levelCode.INFO));
  const columns: Columns = {
    lineCount: texts.length,
    firstTimeUs: timeUs,
    timesUs: new Float64Array(texts.length).fill(timeUs),
    textLengths: Uint32Array.from(texts, (line) => Buffer.byteLength(line)),
    flags,
    text,
    fields: [],
  };
  const packed = encodeColumns(columns);
  return {
    header: {
      firstSequence,
      lineCount: texts.length,
      firstTimeUs: timeUs,
      lastTimeUs: timeUs,
      rawBytes: text.length,
      columnsBytes: packed.length,
      invalidBytes: 0,
      counts: countFlags(flags, texts.length),
    },
    columns: packed,
  };
}

/** A chunk as an agent sends it. */
export function frameOf(texts: readonly string[], firstSequence: number): Uint8Array {
  const { header, columns } = framePartsOf(texts, firstSequence);
  return encodeFrame(header, zstdCompressSync(columns));
}
