import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import {
  type ChunkHeader,
  countFlags,
  type Decompress,
  encodeColumns,
  encodeFrame,
  type Level,
  type LineBlock,
  LineFlag,
  levelCode,
  levelOf,
  lineFlags,
  type Source,
  sourceCode,
  sourceOf,
} from "./index.ts";

/** A line as a test writes it down: all that a chunk keeps of it. */
export interface WrittenLine {
  readonly timeUs: number;
  readonly source: Source;
  readonly level: Level;
  readonly guessed: boolean;
  readonly text: string;
  readonly end: "\n" | "\r\n" | "";
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface WrittenChunk {
  readonly header: ChunkHeader;
  readonly columns: Uint8Array;
}

/** The chunk of lines, by the shortest way: as an encoder must make it, not as a fast one does. */
export function chunkOf(lines: readonly WrittenLine[], firstSequence = 1, invalidBytes = 0): WrittenChunk {
  const utf8 = new TextEncoder();
  const flags = Uint8Array.from(lines, flagsOf);
  const text = utf8.encode(lines.map((line) => line.text + line.end).join(""));
  const timesUs = Float64Array.from(lines, (line) => line.timeUs);
  const columns = encodeColumns({
    lineCount: lines.length,
    firstTimeUs: timesUs[0]!,
    timesUs,
    textLengths: Uint32Array.from(lines, (line) => utf8.encode(line.text).length),
    flags,
    text,
    fields: lines.flatMap(({ fields }, index) => (fields === undefined ? [] : [[index, fields] as const])),
  });
  const header = {
    firstSequence,
    lineCount: lines.length,
    firstTimeUs: timesUs[0]!,
    lastTimeUs: timesUs.at(-1)!,
    rawBytes: text.length,
    columnsBytes: columns.length,
    invalidBytes,
    counts: countFlags(flags, lines.length),
  };
  return { header, columns };
}

function flagsOf({ source, level, guessed, end, fields }: WrittenLine): number {
  const extra = [
    guessed ? LineFlag.guessed : 0,
    end === "" ? LineFlag.continued : end === "\r\n" ? LineFlag.crlf : 0,
    fields === undefined ? 0 : LineFlag.fields,
  ];
  return lineFlags(
    sourceCode[source],
    levelCode[level],
    extra.reduce((all, flag) => all | flag),
  );
}

export function frameOf(chunk: WrittenChunk): Uint8Array<ArrayBuffer> {
  return encodeFrame(chunk.header, compress(chunk.columns));
}

/** What a decoded block says of its lines. */
export function writtenLines(block: LineBlock): WrittenLine[] {
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  const fields = new Map(block.fields());
  return Array.from({ length: block.lineCount }, (_, index) => {
    const flags = block.flags[index]!;
    const own = fields.get(index);
    return {
      timeUs: block.timeUs(index),
      source: sourceOf(flags),
      level: levelOf(flags),
      guessed: (flags & LineFlag.guessed) !== 0,
      text: utf8.decode(block.textBytes(index)),
      end: endOf(flags),
      ...(own === undefined ? {} : { fields: own }),
    };
  });
}

function endOf(flags: number): WrittenLine["end"] {
  if ((flags & LineFlag.continued) !== 0) return "";
  return (flags & LineFlag.crlf) === 0 ? "\n" : "\r\n";
}

export function compress(columns: Uint8Array): Uint8Array {
  return zstdCompressSync(columns, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

export const decompress: Decompress = (body, maxBytes) =>
  zstdDecompressSync(body, { maxOutputLength: maxBytes });

export const line: WrittenLine = {
  timeUs: 1_764_021_818_000_000,
  source: "stdout",
  level: "INFO",
  guessed: true,
  text: "hello",
  end: "\n",
};
/** A chunk with one of everything: both ends of line and none, all sources, fields. */
export const small = chunkOf([
  line,
  {
    ...line,
    timeUs: line.timeUs + 40,
    source: "stderr",
    level: "ERROR",
    guessed: false,
    text: "no such file",
    end: "\r\n",
  },
  {
    ...line,
    timeUs: line.timeUs + 90,
    text: '{"a":1}',
    fields: { a: 1, nested: { list: [null, true, "x"] } },
  },
  { ...line, timeUs: line.timeUs + 90, source: "agent", level: "WARN", text: "tail", end: "" },
]);
