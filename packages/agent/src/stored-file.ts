import type { ChunkHeader } from "@keruta/protocol";
import { SpoolFile } from "./spool-file.ts";
import type { SpoolGap } from "./spool-gap.ts";

/** One file of the spool, its sequences as they are now. */
export interface StoredFile {
  /** Ascending. Chunk files have even numbers, so that a gap can be put between any two. */
  readonly number: number;
  readonly path: string;
  readonly content: SpoolFile | SpoolGap;
  firstSequence: number;
  lastSequence: number;
  bytes: number;
  rawBytes: number;
  firstTimeUs: number;
  lastTimeUs: number;
  /** To be taken off the sequences its records were written with. */
  renumberBy: number;
}

export function byNumber(a: StoredFile, b: StoredFile): number {
  return a.number - b.number;
}

export function isGap(file: StoredFile): boolean {
  return !(file.content instanceof SpoolFile);
}

/** A file that its first record, with this header, is about to be added to. */
export function emptyFile(
  number: number,
  content: SpoolFile,
  header: ChunkHeader,
  renumberBy: number,
): StoredFile {
  const firstSequence = header.firstSequence - renumberBy;
  return {
    number,
    path: content.path,
    content,
    firstSequence,
    lastSequence: firstSequence - 1,
    bytes: 0,
    rawBytes: 0,
    firstTimeUs: header.firstTimeUs,
    lastTimeUs: header.lastTimeUs,
    renumberBy,
  };
}

export function addRecord(file: StoredFile, header: ChunkHeader, bytes: number): void {
  file.lastSequence += header.lineCount;
  file.bytes += bytes;
  file.rawBytes += header.rawBytes;
  file.lastTimeUs = header.lastTimeUs;
}

/** Its lines are now numbered lower by `by`. */
export function shift(file: StoredFile, by: number): void {
  file.firstSequence -= by;
  file.lastSequence -= by;
  file.renumberBy += by;
}
