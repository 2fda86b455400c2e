import {
  type ChunkHeader,
  countCells,
  decodeLines,
  encodeColumns,
  encodeFrame,
  type LineBlock,
  lastSequence,
  limits,
  openFrame,
  releaseBytes,
} from "@keruta/protocol";
import type { Unit } from "./log-store.ts";
import { compress, decompress } from "./zstd.ts";

/**
 * Which chunks to merge, and into what. Two levels keep every reader's work small:
 * - chunks of about `segmentTargetRawBytes` together become a **segment**, and so does the rest when the attempt
 *   has ended. Segments are what the manifest lists, so they are made once and never small while lines still come;
 * - a slow log writes a chunk a line and would take days to fill a segment: `bundleChunks` loose chunks become one
 *   longer **chunk**, so that a viewer catches up in few reads and a row is not spent on each line.
 */
export interface MergePlan {
  readonly into: "segment" | "chunk";
  readonly count: number;
}

/** A chunk's place and size, without its frame. */
export interface ChunkSize {
  readonly firstSequence: number;
  readonly lineCount: number;
  readonly firstTimeUs: number;
  readonly lastTimeUs: number;
  readonly rawBytes: number;
  readonly fieldsBytes: number;
}

/** Loose chunks that are worth a bundle. */
export const bundleChunks = 256;

/** `chunks`: those not in a segment, ascending and contiguous, at least as many as one segment takes. */
export function planMerge(chunks: readonly ChunkSize[], ended: boolean): MergePlan | undefined {
  const fits = countThatFit(chunks, limits.segmentTargetRawBytes, limits.maxSegmentLines);
  if (fits < chunks.length || (ended && fits > 0)) return { into: "segment", count: Math.max(1, fits) };
  return undefined;
}

/** `loose`: the chunks after the last bundle. */
export function planBundle(loose: readonly ChunkSize[]): MergePlan | undefined {
  if (loose.length < bundleChunks) return undefined;
  const fits = countThatFit(loose, limits.maxChunkRawBytes, limits.maxChunkLines);
  return fits > 1 ? { into: "chunk", count: fits } : undefined;
}

/**
 * Times must not go backwards inside a unit, so a unit ends where a clock was set back. Fields may take half their
 * limit: an entry can grow where its line's index grows.
 */
function countThatFit(chunks: readonly ChunkSize[], maxRawBytes: number, maxLines: number): number {
  let rawBytes = 0;
  let lines = 0;
  let fieldsBytes = 0;
  let lastTimeUs = 0;
  for (const [index, chunk] of chunks.entries()) {
    rawBytes += chunk.rawBytes;
    lines += chunk.lineCount;
    fieldsBytes += chunk.fieldsBytes;
    const over = rawBytes > maxRawBytes || lines > maxLines || fieldsBytes > limits.maxFieldsBytes / 2;
    if (over || chunk.firstTimeUs < lastTimeUs) return index;
    lastTimeUs = chunk.lastTimeUs;
  }
  return chunks.length;
}

/** One frame with the lines of consecutive frames. With `scratch` their columns are laid out there. */
export function mergeFrames(frames: readonly Uint8Array[], scratch?: Uint8Array): Unit {
  const blocks = frames.map((frame) => decodeLines(openFrame(frame), decompress));
  const columns = joinColumns(blocks);
  for (const block of blocks) releaseBytes(block.text);
  const body = encodeColumns(columns, scratch);
  releaseBytes(columns.text);
  const header = joinHeaders(blocks, body.length);
  return { header, frame: encodeFrame(header, compress(body)) };
}

function joinHeaders(blocks: readonly LineBlock[], columnsBytes: number): ChunkHeader {
  const headers = blocks.map((block) => block.header);
  const first = headers[0]!;
  const counts = new Array<number>(countCells).fill(0);
  let next = first.firstSequence;
  for (const header of headers) {
    if (header.firstSequence !== next) throw new Error(`cannot merge: line ${next} is missing`);
    next = lastSequence(header) + 1;
    for (let cell = 0; cell < countCells; cell++) counts[cell]! += header.counts[cell]!;
  }
  return {
    firstSequence: first.firstSequence,
    lineCount: next - first.firstSequence,
    firstTimeUs: first.firstTimeUs,
    lastTimeUs: headers.at(-1)!.lastTimeUs,
    rawBytes: total(headers, "rawBytes"),
    columnsBytes,
    invalidBytes: total(headers, "invalidBytes"),
    counts,
  };
}

function total(headers: readonly ChunkHeader[], key: "rawBytes" | "invalidBytes" | "lineCount"): number {
  return headers.reduce((sum, header) => sum + header[key], 0);
}

function joinColumns(blocks: readonly LineBlock[]): Parameters<typeof encodeColumns>[0] {
  const headers = blocks.map((block) => block.header);
  const lineCount = total(headers, "lineCount");
  const timesUs = new Float64Array(lineCount);
  const textLengths = new Uint32Array(lineCount);
  const flags = new Uint8Array(lineCount);
  const text = new Uint8Array(total(headers, "rawBytes"));
  const fields: [number, Readonly<Record<string, unknown>>][] = [];
  let line = 0;
  let position = 0;
  for (const block of blocks) {
    timesUs.set(block.timesUs(), line);
    textLengths.set(block.lengths, line);
    flags.set(block.flags, line);
    text.set(block.text, position);
    for (const [index, own] of block.fields()) fields.push([line + index, own]);
    line += block.lineCount;
    position += block.text.length;
  }
  return { lineCount, firstTimeUs: headers[0]!.firstTimeUs, timesUs, textLengths, flags, text, fields };
}
