import { type ChunkHeader, countFlags, encodeColumns, limits } from "@keruta/protocol";

/** A closed chunk before it has a place in the sequence: the spool gives it one. */
export interface UnnumberedChunk {
  readonly header: Omit<ChunkHeader, "firstSequence">;
  /** The columns as the format lays them out, not compressed. */
  readonly columns: Uint8Array;
}

/**
 * The chunk that lines are being added to: columns that are filled in place and used again for the
 * next chunk. A block of output is added as the lengths and flags of its lines (`addLine`) and, once
 * for all of them, its bytes (`addText`); between the two the chunk is not whole.
 */
export class OpenChunk {
  lineCount = 0;
  textBytes = 0;
  readonly #timesUs = new Float64Array(limits.maxChunkLines);
  readonly #textLengths = new Uint32Array(limits.maxChunkLines);
  readonly #flags = new Uint8Array(limits.maxChunkLines);
  /** Room for the longest line that begins when the chunk is all but full. */
  readonly #text = new Uint8Array(limits.chunkFlushBytes + limits.maxLineBytes + 2);
  #timedLines = 0;
  #lastTimeUs = 0;
  #invalidBytes = 0;

  addLine(textLength: number, flags: number): void {
    this.#textLengths[this.lineCount] = textLength;
    this.#flags[this.lineCount++] = flags;
  }

  /** The bytes of the lines added since the last call, and when they were read. */
  addText(bytes: Uint8Array, timeUs: number): void {
    this.#text.set(bytes, this.textBytes);
    this.textBytes += bytes.length;
    // The clock may be set back; the times of a chunk's lines may not.
    if (timeUs > this.#lastTimeUs) this.#lastTimeUs = timeUs;
    this.#timesUs.fill(this.#lastTimeUs, this.#timedLines, this.lineCount);
    this.#timedLines = this.lineCount;
  }

  addInvalid(count: number): void {
    this.#invalidBytes += count;
  }

  /** Whether it must be closed before another line; `pendingBytes` of text are still to be added. */
  isFull(pendingBytes: number): boolean {
    return this.textBytes + pendingBytes >= limits.chunkFlushBytes || this.lineCount >= limits.maxChunkLines;
  }

  /**
   * Takes the lines out, so that the next chunk can begin. There must be at least one. The columns are laid out
   * in `scratch`, see `encodeColumns`.
   */
  take(scratch?: Uint8Array): UnnumberedChunk {
    const firstTimeUs = this.#timesUs[0]!;
    const { lineCount } = this;
    const columns = encodeColumns(
      {
        lineCount,
        firstTimeUs,
        timesUs: this.#timesUs,
        textLengths: this.#textLengths,
        flags: this.#flags,
        text: this.#text.subarray(0, this.textBytes),
        fields: [],
      },
      scratch,
    );
    const header = {
      lineCount,
      firstTimeUs,
      lastTimeUs: this.#lastTimeUs,
      rawBytes: this.textBytes,
      columnsBytes: columns.length,
      invalidBytes: this.#invalidBytes,
      counts: countFlags(this.#flags, lineCount),
    };
    this.lineCount = this.textBytes = this.#timedLines = this.#invalidBytes = 0;
    return { header, columns };
  }
}
