import { Packr } from "msgpackr/pack";
import { crc32 } from "./crc32.ts";
import { KerutaError } from "./errors.ts";
import { limits } from "./limits.ts";
import { flagsLevel, flagsSource, LineFlag, levels, sources, terminatorBytes } from "./line.ts";

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
 * Nothing here compresses: callers pass the body through zstd themselves (see `Decompress`), so this
 * module runs in an agent, a server and a browser alike.
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

/** zstd decompression. Must throw, and allocate no more, where the output would pass `maxBytes`. */
export type Decompress = (body: Uint8Array, maxBytes: number) => Uint8Array;

export const countCells = sources.length * levels.length;

export function lastSequence(header: ChunkHeader): number {
  return header.firstSequence + header.lineCount - 1;
}

const packr = new Packr({ useRecords: false, mapsAsObjects: true });

export function pack(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** Throws what msgpackr throws on anything that is not exactly one MessagePack value. */
export function unpack(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}

/** Puts header and compressed columns into a frame. */
export function encodeFrame(header: ChunkHeader, body: Uint8Array): Uint8Array {
  const packed = pack([
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
    throw invalid(`cannot read the frame: ${(cause as Error).message}`, cause);
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
  if (!Array.isArray(values) || values.length !== 9) throw invalid("the header does not have 9 values");
  const [version, ...numbers] = values.slice(0, 8) as unknown[];
  const counts: unknown = values[8];
  if (version !== chunkVersion) throw invalid(`version ${String(version)} is not known`);
  if (!numbers.every(isCount)) throw invalid("the header holds something other than whole numbers");
  if (!Array.isArray(counts) || counts.length !== countCells || !counts.every(isCount))
    throw invalid(`the count table does not have ${countCells} whole numbers`);
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
    throw invalid(`it says it holds ${lineCount} lines from ${firstSequence}`);
  if (header.firstTimeUs > header.lastTimeUs) throw invalid("it ends before it begins");
  if (sum(counts) !== lineCount) throw invalid("its count table does not add up to its line count");
  if (rawBytes > limits.maxSegmentRawBytes || lineCount > limits.maxSegmentLines)
    throw tooLarge(header, limits.maxSegmentRawBytes, limits.maxSegmentLines);
  // Every line costs at most 8 + 4 + 1 bytes beside its text; the rest is fields and MessagePack's own.
  if (columnsBytes > rawBytes + lineCount * 13 + limits.maxFieldsBytes + 64)
    throw invalid("its body is larger than its lines can be");
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

/** The columns of a chunk as its producer holds them; arrays may be longer than `lineCount`. */
export interface Columns {
  readonly lineCount: number;
  readonly firstTimeUs: number;
  /** Absolute times, microseconds, never decreasing. */
  readonly timesUs: Float64Array;
  readonly textLengths: Uint32Array;
  readonly flags: Uint8Array;
  readonly text: Uint8Array;
  /** [index of the line, its fields], ascending. */
  readonly fields: readonly (readonly [number, Readonly<Record<string, unknown>>])[];
}

/** Lays columns out as the body is before compression. */
export function encodeColumns(columns: Columns): Uint8Array {
  const { lineCount } = columns;
  return pack([
    deltaColumn(columns.timesUs, columns.firstTimeUs, lineCount),
    lengthColumn(columns.textLengths, lineCount),
    columns.flags.subarray(0, lineCount),
    columns.text,
    columns.fields.length === 0 ? new Uint8Array(0) : pack(columns.fields),
  ]);
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

/** The lines of a chunk, read in place: no object a line. Sequences are `firstSequence + index`. */
export class LineBlock {
  readonly #starts: Uint32Array;
  #timesUs: Float64Array | undefined;

  /** Use `decodeLines`, which checks what this takes on trust. */
  constructor(
    readonly header: ChunkHeader,
    readonly text: Uint8Array,
    readonly flags: Uint8Array,
    readonly lengths: ArrayLike<number>,
    private readonly deltas: ArrayLike<number> | undefined,
    starts: Uint32Array,
    private readonly packedFields: Uint8Array,
  ) {
    this.#starts = starts;
  }

  get lineCount(): number {
    return this.header.lineCount;
  }

  /** Where the line's text starts in `text`. */
  textStart(index: number): number {
    return this.#starts[index]!;
  }

  textEnd(index: number): number {
    return this.#starts[index]! + this.lengths[index]!;
  }

  textBytes(index: number): Uint8Array {
    return this.text.subarray(this.textStart(index), this.textEnd(index));
  }

  timeUs(index: number): number {
    return this.timesUs()[index]!;
  }

  timesUs(): Float64Array {
    this.#timesUs ??= absoluteTimes(this.header, this.deltas);
    return this.#timesUs;
  }

  /** Packed size of all fields; bounded by `limits.maxFieldsBytes`. */
  get fieldsBytes(): number {
    return this.packedFields.length;
  }

  /** [index, fields] of the lines that have any, ascending. */
  fields(): readonly (readonly [number, Readonly<Record<string, unknown>>])[] {
    return this.packedFields.length === 0 ? [] : (unpack(this.packedFields) as ReturnType<LineBlock["fields"]>);
  }
}

function absoluteTimes(header: ChunkHeader, deltas: ArrayLike<number> | undefined): Float64Array {
  const times = new Float64Array(header.lineCount);
  let time = header.firstTimeUs;
  for (let i = 0; i < times.length; i++) {
    if (deltas !== undefined) time += deltas[i]!;
    times[i] = time;
  }
  return times;
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
    throw invalid(`cannot decompress its body: ${(cause as Error).message}`, cause);
  }
  return decodeColumns(frame.header, columns);
}

/** As `decodeLines`, for a body that is already decompressed (a segment over HTTP, say). */
export function decodeColumns(header: ChunkHeader, columns: Uint8Array): LineBlock {
  if (columns.length !== header.columnsBytes) throw invalid("its body does not have the size the header says");
  const parts = unpackColumns(columns);
  const { lineCount } = header;
  const [deltaBytes, lengthBytes, flags, text, packedFields] = parts;
  if (flags.length !== lineCount) throw invalid("it does not have one flags byte a line");
  if (text.length !== header.rawBytes) throw invalid("its text does not have the size the header says");
  const deltas = readDeltas(deltaBytes, lineCount);
  const lengths = readLengths(lengthBytes, lineCount);
  const starts = lineStarts(header, flags, lengths, text.length);
  checkTimes(header, deltas);
  checkFields(flags, packedFields);
  return new LineBlock(header, text, flags, lengths, deltas, starts, packedFields);
}

function unpackColumns(columns: Uint8Array): [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  let parts: unknown;
  try {
    parts = unpack(columns);
  } catch (cause) {
    throw invalid(`cannot read its columns: ${(cause as Error).message}`, cause);
  }
  if (!Array.isArray(parts) || parts.length !== 5 || !parts.every((part) => part instanceof Uint8Array))
    throw invalid("its body does not have five columns");
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
      return new Float64Array(aligned(bytes));
    default:
      throw invalid("its times do not have one width");
  }
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
      throw invalid("its text lengths do not have one width");
  }
}

/** A typed array wider than a byte needs its own aligned buffer. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer;
}

function lineStarts(
  header: ChunkHeader,
  flags: Uint8Array,
  lengths: ArrayLike<number>,
  textBytes: number,
): Uint32Array {
  const starts = new Uint32Array(header.lineCount);
  const counts = new Uint32Array(16);
  let position = 0;
  for (let i = 0; i < starts.length; i++) {
    const flag = flags[i]!;
    starts[i] = position;
    position += lengths[i]! + terminatorBytes(flag);
    counts[flag & 0x0f]!++;
    // A running check: a later overflow of uint32 must not wrap into a valid position.
    if (position > textBytes) throw invalid("its lines are longer than its text");
  }
  if (position !== textBytes) throw invalid("its lines do not fill its text");
  for (let source = 0; source < 4; source++)
    for (let level = 0; level < levels.length; level++) {
      const found = counts[source | (level << LineFlag.levelShift)]!;
      const said = source < sources.length ? header.counts[source * levels.length + level]! : 0;
      if (found !== said) throw invalid("its count table does not agree with its lines");
    }
  return starts;
}

function checkTimes(header: ChunkHeader, deltas: ArrayLike<number> | undefined): void {
  let time = header.firstTimeUs;
  if (deltas !== undefined)
    for (let i = 0; i < deltas.length; i++) {
      // Written so that NaN fails too.
      if (!(deltas[i]! >= 0)) throw invalid("its times go backwards");
      time += deltas[i]!;
    }
  if (time !== header.lastTimeUs || (deltas !== undefined && deltas[0] !== 0))
    throw invalid("its times do not agree with its header");
}

function checkFields(flags: Uint8Array, packed: Uint8Array): void {
  if (packed.length > limits.maxFieldsBytes) throw invalid("its fields are over the limit");
  let entries: unknown = [];
  try {
    if (packed.length > 0) entries = unpack(packed);
  } catch (cause) {
    throw invalid(`cannot read its fields: ${(cause as Error).message}`, cause);
  }
  if (!Array.isArray(entries)) throw invalid("its fields are not a table");
  let flagged = 0;
  for (const flag of flags) if ((flag & LineFlag.fields) !== 0) flagged++;
  let before = -1;
  for (const entry of entries) {
    if (!isFieldEntry(entry) || entry[0] <= before || ((flags[entry[0]] ?? 0) & LineFlag.fields) === 0)
      throw invalid("its fields do not agree with its lines");
    before = entry[0];
  }
  if (flagged !== entries.length) throw invalid("its fields do not agree with its lines");
}

function isFieldEntry(entry: unknown): entry is [number, object] {
  return (
    Array.isArray(entry) &&
    entry.length === 2 &&
    Number.isInteger(entry[0]) &&
    typeof entry[1] === "object" &&
    entry[1] !== null &&
    !Array.isArray(entry[1])
  );
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

/** The level a flags byte carries, by name. */
export function levelOf(flags: number): (typeof levels)[number] {
  return levels[flagsLevel(flags)]!;
}

/** The source a flags byte carries, by name. */
export function sourceOf(flags: number): (typeof sources)[number] {
  return sources[flagsSource(flags)]!;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function invalid(reason: string, cause?: unknown): KerutaError {
  return new KerutaError("CHUNK_INVALID", `the chunk was refused: ${reason}`, { cause });
}
