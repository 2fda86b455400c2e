import { releaseBytes, renumberFrame } from "@keruta/protocol";
import type { MissingLines } from "./missing-lines.ts";

/** A chunk in memory. */
export interface RecentChunk {
  firstSequence: number;
  readonly lineCount: number;
  frame: Uint8Array;
  /** Whether a spool file has it too. */
  written: boolean;
  /** Where it is a notice: what it stands for. */
  readonly missing?: MissingLines;
}

/** The newest chunks, in order and without holes. Those the disk has are let go when memory is short. */
export class RecentChunks {
  #chunks: RecentChunk[] = [];
  #bytes = 0;
  #unwrittenBytes = 0;
  /** The frame that somebody outside still reads: it is left to the collector when it is pushed out. */
  lent: Uint8Array | undefined;

  constructor(private readonly maxBytes: number) {}

  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  add(chunk: RecentChunk): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.frame.length;
    if (!chunk.written) this.#unwrittenBytes += chunk.frame.length;
    while (this.#bytes > this.maxBytes && this.#chunks.length > 1 && this.#chunks[0]!.written) {
      const { frame } = this.#shift();
      if (frame !== this.lent) releaseBytes(frame);
    }
  }

  /** The chunk that holds line `sequence`. */
  find(sequence: number): RecentChunk | undefined {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle]!;
      if (sequence < chunk.firstSequence) high = middle;
      else if (sequence >= chunk.firstSequence + chunk.lineCount) low = middle + 1;
      else return chunk;
    }
    return undefined;
  }

  /** Lets go of chunks that end at or before `sequence`, for good: their frames are empty from now on. */
  forget(sequence: number): void {
    while (this.#chunks.length > 0 && lastOf(this.#chunks[0]!) <= sequence) releaseBytes(this.#shift().frame);
  }

  /** Chunks the disk does not have, oldest first. */
  unwritten(): RecentChunk[] {
    return this.#unwrittenBytes === 0 ? [] : this.#chunks.filter((chunk) => !chunk.written);
  }

  markWritten(chunk: RecentChunk): void {
    chunk.written = true;
    this.#unwrittenBytes -= chunk.frame.length;
  }

  /**
   * Gives up the oldest chunks that only memory has, at least `bytes` of them but never the newest, and
   * none that begins at or before `sentSequence`. `noticeFor` makes the one that takes their place.
   * Tells by how much later lines are now numbered lower.
   */
  giveUpUnwritten(
    bytes: number,
    sentSequence: number,
    noticeFor: (given: readonly RecentChunk[]) => RecentChunk,
  ): number {
    const from = this.#chunks.findIndex((chunk) => !chunk.written && chunk.firstSequence > sentSequence);
    if (from === -1) return 0;
    let to = from;
    for (let given = 0; given < bytes && to < this.#chunks.length - 1; to++)
      given += this.#chunks[to]!.frame.length;
    const given = this.#chunks.slice(from, to);
    if (given.every((chunk) => chunk.missing !== undefined)) return 0;
    const notice = noticeFor(given);
    const by = given.reduce((lines, chunk) => lines + chunk.lineCount, -notice.lineCount);
    this.#lower(this.#chunks.slice(to), by);
    this.#chunks.splice(from, given.length, notice);
    this.#measure();
    return by;
  }

  /** Lines after `sequence` are now numbered lower by `by`; a chunk at or before it has been given up. */
  renumber(sequence: number, by: number): void {
    this.#chunks = this.#chunks.filter((chunk) => lastOf(chunk) > sequence);
    this.#lower(this.#chunks, by);
    this.#measure();
  }

  #lower(chunks: readonly RecentChunk[], by: number): void {
    for (const chunk of chunks) {
      chunk.firstSequence -= by;
      chunk.frame = renumberFrame(chunk.frame, chunk.firstSequence);
    }
  }

  #measure(): void {
    const sizeOf = (chunks: readonly RecentChunk[]) =>
      chunks.reduce((sum, chunk) => sum + chunk.frame.length, 0);
    this.#bytes = sizeOf(this.#chunks);
    this.#unwrittenBytes = sizeOf(this.#chunks.filter((chunk) => !chunk.written));
  }

  #shift(): RecentChunk {
    const chunk = this.#chunks.shift()!;
    this.#bytes -= chunk.frame.length;
    if (!chunk.written) this.#unwrittenBytes -= chunk.frame.length;
    return chunk;
  }
}

function lastOf(chunk: RecentChunk): number {
  return chunk.firstSequence + chunk.lineCount - 1;
}
