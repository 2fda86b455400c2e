import { crc32 } from "#crc32";
import { KerutaError } from "./errors.ts";
import { limits } from "./limits.ts";
import { levels, sources } from "./line.ts";
import { pack, packShared, unpack } from "./message-pack.ts";

/**
 * The chunk format, version 1. Segments use the same format.
 *
 *     frame  = MessagePack [checksum, header, body]
 *     header = MessagePack [version, firstSequence, lineCount, firstTimeUs, lastTimeUs,
 *                           rawBytes, columnsBytes, invalidBytes, counts[12]]   (as a byte string)
 *     body   = zstd( MessagePack [timeDeltas, textLengths, flags, text, fields] )
 *
 * The checksum is the CRC-32 of header and body. Columns of numbers are little-endian and as wide as
 * their largest value needs; their width is their byte length divided by the line count, and an empty
 * column is all zeros. `timeDeltas` are signed microseconds from the line before (the first from
 * `firstTimeUs`), 1, 2 or 4 bytes, or 8 as float64. `textLengths` are unsigned, 1, 2 or 4 bytes, and
 * do not count what ends the line. `text` is what the program wrote, see `LineFlag`. `fields` is a
 * byte string: MessagePack of [[index, object], …] in ascending order, or empty.
 *
 * This file holds frame and header, `columns.ts` the columns, `line-block.ts` the lines as they are read.
 *
 * The protocol does not compress: callers pass the body through zstd themselves (see `Decompress`), so it
 * runs in an agent, a server and a browser alike.
 */
export const chunkVersion = 1;

export interface ChunkHeader {
  readonly firstSequence: number;
  readonly lineCount: number;
  /** Earliest and latest time of its lines, microseconds since the epoch. */
  readonly firstTimeUs: number;
  readonly lastTimeUs: number;
  /** Bytes of the text column: what the program wrote. */
  readonly rawBytes: number;
  /** Bytes of the body before compression. */
  readonly columnsBytes: number;
  /** Invalid UTF-8 sequences that were replaced by U+FFFD at capture. */
  readonly invalidBytes: number;
  /** Lines by source and level: index = source * 4 + level. */
  readonly counts: readonly number[];
}

export interface Frame {
  readonly header: ChunkHeader;
  /** The compressed columns. A view into the frame, not a copy. */
  readonly body: Uint8Array;
}

export const countCells = sources.length * levels.length;

export function lastSequence(header: ChunkHeader): number {
  return header.firstSequence + header.lineCount - 1;
}

/** Puts header and compressed columns into a frame, whose bytes are its own (see `pack`). */
export function encodeFrame(header: ChunkHeader, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = packShared([
    chunkVersion,
    header.firstSequence,
    header.lineCount,
    header.firstTimeUs,
    header.lastTimeUs,
    header.rawBytes,
    header.columnsBytes,
    header.invalidBytes,
    header.counts,
  ]);
  return pack([crc32(body, crc32(packed)), packed, body]);
}

/** The same lines under another first sequence; the body is not touched. */
export function renumberFrame(frame: Uint8Array, firstSequence: number): Uint8Array {
  const { header, body } = openFrame(frame);
  return header.firstSequence === firstSequence ? frame : encodeFrame({ ...header, firstSequence }, body);
}

/**
 * Reads a frame's header and checks its checksum and bounds, without touching the body's content.
 * Throws CHUNK_INVALID or CHUNK_TOO_LARGE.
 */
export function openFrame(frame: Uint8Array): Frame {
  let parts: unknown;
  let values: unknown;
  try {
    parts = unpack(frame);
    if (!isFrameParts(parts)) throw new Error("not an array of checksum, header and body");
    if (crc32(parts[2], crc32(parts[1])) !== parts[0]) throw new Error("the checksum does not match");
    values = unpack(parts[1]);
  } catch (cause) {
    throw chunkInvalid(`cannot read the frame: ${(cause as Error).message}`, cause);
  }
  const header = headerOf(values);
  checkBounds(header);
  return { header, body: parts[2] };
}

function isFrameParts(value: unknown): value is [number, Uint8Array, Uint8Array] {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    typeof value[0] === "number" &&
    value[1] instanceof Uint8Array &&
    value[2] instanceof Uint8Array
  );
}

function headerOf(values: unknown): ChunkHeader {
  if (!Array.isArray(values) || values.length !== 9) throw chunkInvalid("the header does not have 9 values");
  const [version, ...numbers] = values.slice(0, 8) as unknown[];
  const counts: unknown = values[8];
  if (version !== chunkVersion) throw chunkInvalid(`version ${String(version)} is not known`);
  if (!numbers.every(isCount)) throw chunkInvalid("the header holds something other than whole numbers");
  if (!Array.isArray(counts) || counts.length !== countCells || !counts.every(isCount))
    throw chunkInvalid(`the count table does not have ${countCells} whole numbers`);
  const [firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes, columnsBytes, invalidBytes] =
    numbers as [number, number, number, number, number, number, number];
  return { firstSequence, lineCount, firstTimeUs, lastTimeUs, rawBytes, columnsBytes, invalidBytes, counts };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function checkBounds(header: ChunkHeader): void {
  const { firstSequence, lineCount, rawBytes, columnsBytes, counts } = header;
  if (firstSequence < 1 || lineCount < 1 || !Number.isSafeInteger(lastSequence(header)))
    throw chunkInvalid(`it says it holds ${lineCount} lines from ${firstSequence}`);
  if (header.firstTimeUs > header.lastTimeUs) throw chunkInvalid("it ends before it begins");
  if (sum(counts) !== lineCount) throw chunkInvalid("its count table does not add up to its line count");
  if (rawBytes > limits.maxSegmentRawBytes || lineCount > limits.maxSegmentLines)
    throw tooLarge(header, limits.maxSegmentRawBytes, limits.maxSegmentLines);
  // Every line costs at most 8 + 4 + 1 bytes beside its text; the rest is fields and MessagePack's own.
  if (columnsBytes > rawBytes + lineCount * 13 + limits.maxFieldsBytes + 64)
    throw chunkInvalid("its body is larger than its lines can be");
}

/** The tighter bound for what an agent may send. Throws CHUNK_TOO_LARGE. */
export function checkChunkSize(header: ChunkHeader): void {
  if (header.rawBytes > limits.maxChunkRawBytes || header.lineCount > limits.maxChunkLines)
    throw tooLarge(header, limits.maxChunkRawBytes, limits.maxChunkLines);
}

function tooLarge(header: ChunkHeader, maxRawBytes: number, maxLines: number): KerutaError {
  return new KerutaError(
    "CHUNK_TOO_LARGE",
    `a chunk of ${header.lineCount} lines and ${header.rawBytes} bytes is over the limit of ${maxLines} lines and ${maxRawBytes} bytes`,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What every check of a chunk throws. */
export function chunkInvalid(reason: string, cause?: unknown): KerutaError {
  return new KerutaError("CHUNK_INVALID", `the chunk was refused: ${reason}`, { cause });
}
