import { type ChunkHeader, chunkInvalid, countCells, type Frame } from "./chunk.ts";
import { checkFields, type FieldsEntry } from "./fields.ts";
import { LineFlag, levels, sources, terminatorBytes } from "./line.ts";
import { LineBlock } from "./line-block.ts";
import { pack, packInto, packShared, unpack } from "./message-pack.ts";

/** zstd decompression. Must throw, and allocate no more, where the output would pass `maxBytes`. */
export type Decompress = (body: Uint8Array, maxBytes: number) => Uint8Array;

/** The columns of a chunk as its producer holds them; arrays may be longer than `lineCount`. */
export interface Columns {
  readonly lineCount: number;
  readonly firstTimeUs: number;
  /** Absolute times, microseconds, never decreasing. */
  readonly timesUs: Float64Array;
  readonly textLengths: Uint32Array;
  readonly flags: Uint8Array;
  readonly text: Uint8Array;
  /** Ascending. */
  readonly fields: readonly FieldsEntry[];
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Lays columns out as the body is before compression. With `scratch` the result is a view of that, which stays
 * as it is until `scratch` is handed in again; without, it must be used up at once (see `packShared`).
 */
export function encodeColumns(columns: Columns, scratch?: Uint8Array): Uint8Array {
  const { lineCount } = columns;
  const values = [
    deltaColumn(columns.timesUs, columns.firstTimeUs, lineCount),
    lengthColumn(columns.textLengths, lineCount),
    columns.flags.subarray(0, lineCount),
    columns.text,
    columns.fields.length === 0 ? new Uint8Array(0) : pack(columns.fields),
  ];
  return scratch === undefined ? packShared(values) : packInto(scratch, values);
}

function deltaColumn(timesUs: Float64Array, firstTimeUs: number, lineCount: number): Uint8Array {
  const deltas = new Float64Array(lineCount);
  let previous = firstTimeUs;
  let widest = 0;
  for (let i = 0; i < lineCount; i++) {
    const time = timesUs[i]!;
    const delta = time - previous;
    previous = time;
    deltas[i] = delta;
    const size = delta < 0 ? -delta : delta;
    if (size > widest) widest = size;
  }
  if (widest === 0) return new Uint8Array(0);
  if (widest < 0x80) return bytesOf(Int8Array.from(deltas));
  if (widest < 0x8000) return bytesOf(Int16Array.from(deltas));
  return bytesOf(widest < 0x8000_0000 ? Int32Array.from(deltas) : deltas);
}

function lengthColumn(lengths: Uint32Array, lineCount: number): Uint8Array {
  let widest = 0;
  for (let i = 0; i < lineCount; i++) if (lengths[i]! > widest) widest = lengths[i]!;
  if (widest === 0) return new Uint8Array(0);
  const used = lengths.subarray(0, lineCount);
  if (widest < 0x100) return Uint8Array.from(used);
  return bytesOf(widest < 0x1_0000 ? Uint16Array.from(used) : used.slice());
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * Decompresses a frame's body and checks it against the header: line count, lengths, times, count
 * table and fields all have to agree. Throws CHUNK_INVALID; promises that what it returns is whole.
 */
export function decodeLines(frame: Frame, decompress: Decompress): LineBlock {
  let columns: Uint8Array;
  try {
    columns = decompress(frame.body, frame.header.columnsBytes);
  } catch (cause) {
    throw chunkInvalid(`cannot decompress its body: ${(cause as Error).message}`, cause);
  }
  return decodeColumns(frame.header, columns);
}

/** As `decodeLines`, for a body that is already decompressed (a segment over HTTP, say). */
export function decodeColumns(header: ChunkHeader, columns: Uint8Array): LineBlock {
  if (columns.length !== header.columnsBytes)
    throw chunkInvalid("its body does not have the size the header says");
  const parts = unpackColumns(columns);
  const { lineCount } = header;
  const [deltaBytes, lengthBytes, flags, text, packedFields] = parts;
  if (flags.length !== lineCount) throw chunkInvalid("it does not have one flags byte a line");
  if (text.length !== header.rawBytes) throw chunkInvalid("its text does not have the size the header says");
  const deltas = readDeltas(deltaBytes, lineCount);
  const lengths = readLengths(lengthBytes, lineCount);
  const starts = lineStarts(flags, lengths, text);
  checkCounts(header, flags);
  checkTimes(header, deltas);
  checkFields(flags, packedFields);
  return new LineBlock(header, text, flags, lengths, deltas, starts, packedFields);
}

function unpackColumns(columns: Uint8Array): [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  let parts: unknown;
  try {
    parts = unpack(columns);
  } catch (cause) {
    throw chunkInvalid(`cannot read its columns: ${(cause as Error).message}`, cause);
  }
  if (!Array.isArray(parts) || parts.length !== 5 || !parts.every((part) => part instanceof Uint8Array))
    throw chunkInvalid("its body does not have five columns");
  return parts as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
}

function readDeltas(bytes: Uint8Array, lineCount: number): ArrayLike<number> | undefined {
  switch (bytes.length / lineCount) {
    case 0:
      return undefined;
    case 1:
      return new Int8Array(aligned(bytes));
    case 2:
      return new Int16Array(aligned(bytes));
    case 4:
      return new Int32Array(aligned(bytes));
    case 8:
      return wholeNumbers(new Float64Array(aligned(bytes)));
    default:
      throw chunkInvalid("its times do not have one width");
  }
}

function wholeNumbers(deltas: Float64Array): Float64Array {
  if (!deltas.every(Number.isSafeInteger)) throw chunkInvalid("its times are not whole microseconds");
  return deltas;
}

function readLengths(bytes: Uint8Array, lineCount: number): ArrayLike<number> {
  switch (bytes.length / lineCount) {
    case 0:
      return new Uint8Array(lineCount);
    case 1:
      return bytes;
    case 2:
      return new Uint16Array(aligned(bytes));
    case 4:
      return new Uint32Array(aligned(bytes));
    default:
      throw chunkInvalid("its text lengths do not have one width");
  }
}

/** A typed array wider than a byte needs its own aligned buffer. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Where each line's text starts; every line has to end as its flags say, and the last where the text ends. */
function lineStarts(flags: Uint8Array, lengths: ArrayLike<number>, text: Uint8Array): Uint32Array {
  const starts = new Uint32Array(flags.length);
  let position = 0;
  for (let i = 0; i < starts.length; i++) {
    const flag = flags[i]!;
    starts[i] = position;
    const textEnd = position + lengths[i]!;
    position = textEnd + terminatorBytes(flag);
    // A running check: a later overflow of uint32 must not wrap into a valid position.
    if (position > text.length) throw chunkInvalid("its lines are longer than its text");
    if (!endsAsFlagged(text, textEnd, flag)) throw chunkInvalid("its lines do not end where it says");
  }
  if (position !== text.length) throw chunkInvalid("its lines do not fill its text");
  return starts;
}

function endsAsFlagged(text: Uint8Array, textEnd: number, flag: number): boolean {
  if ((flag & LineFlag.continued) !== 0) return true;
  if ((flag & LineFlag.crlf) === 0) return text[textEnd] === newline;
  return text[textEnd] === carriageReturn && text[textEnd + 1] === newline;
}

function checkCounts(header: ChunkHeader, flags: Uint8Array): void {
  const found = countFlags(flags, flags.length);
  // A flags byte has room for a fourth source, which no cell counts: then the sum is short.
  const counted = found.reduce((total, count) => total + count, 0);
  if (counted !== flags.length || found.some((count, cell) => count !== header.counts[cell]))
    throw chunkInvalid("its count table does not agree with its lines");
}

function checkTimes(header: ChunkHeader, deltas: ArrayLike<number> | undefined): void {
  let time = header.firstTimeUs;
  if (deltas !== undefined)
    for (let i = 0; i < deltas.length; i++) {
      if (deltas[i]! < 0) throw chunkInvalid("its times go backwards");
      time += deltas[i]!;
    }
  if (time !== header.lastTimeUs || (deltas !== undefined && deltas[0] !== 0))
    throw chunkInvalid("its times do not agree with its header");
}

/** Lines by source and level of `lineCount` flags bytes. */
export function countFlags(flags: Uint8Array, lineCount: number): number[] {
  const cells = new Uint32Array(16);
  for (let i = 0; i < lineCount; i++) cells[flags[i]! & 0x0f]!++;
  const counts = new Array<number>(countCells);
  for (let source = 0; source < sources.length; source++)
    for (let level = 0; level < levels.length; level++)
      counts[source * levels.length + level] = cells[source | (level << LineFlag.levelShift)]!;
  return counts;
}
