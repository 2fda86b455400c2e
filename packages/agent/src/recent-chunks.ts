import { renumberFrame } from "@keruta/protocol";

/** A chunk in memory. */
export interface RecentChunk {
  firstSequence: number;
  readonly lineCount: number;
  frame: Uint8Array;
  /** Whether a spool file has it too. */
  written: boolean;
}

/** The newest chunks, in order and without holes. Those the disk has are let go when memory is short. */
export class RecentChunks {
  #chunks: RecentChunk[] = [];
  #bytes = 0;
  #unwrittenBytes = 0;

  constructor(private readonly maxBytes: number) {}

  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  add(chunk: RecentChunk): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.frame.length;
    if (!chunk.written) this.#unwrittenBytes += chunk.frame.length;
    while (this.#bytes > this.maxBytes && this.#chunks.length > 1 && this.#chunks[0]!.written) this.#shift();
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

  /** Lets go of chunks that end at or before `sequence`. */
  forget(sequence: number): void {
    while (this.#chunks.length > 0 && lastOf(this.#chunks[0]!) <= sequence) this.#shift();
  }

  /** Chunks the disk does not have, oldest first. */
  unwritten(): RecentChunk[] {
    return this.#unwrittenBytes === 0 ? [] : this.#chunks.filter((chunk) => !chunk.written);
  }

  markWritten(chunk: RecentChunk): void {
    chunk.written = true;
    this.#unwrittenBytes -= chunk.frame.length;
  }

  /** Lines after `sequence` are now numbered lower by `by`; a chunk at or before it has been given up. */
  renumber(sequence: number, by: number): void {
    this.#chunks = this.#chunks.filter((chunk) => lastOf(chunk) > sequence);
    for (const chunk of this.#chunks) {
      chunk.firstSequence -= by;
      chunk.frame = renumberFrame(chunk.frame, chunk.firstSequence);
    }
    this.#bytes = this.#chunks.reduce((sum, chunk) => sum + chunk.frame.length, 0);
    this.#unwrittenBytes = this.unwrittenSum();
  }

  private unwrittenSum(): number {
    return this.#chunks.reduce((sum, chunk) => sum + (chunk.written ? 0 : chunk.frame.length), 0);
  }

  #shift(): void {
    const chunk = this.#chunks.shift()!;
    this.#bytes -= chunk.frame.length;
    if (!chunk.written) this.#unwrittenBytes -= chunk.frame.length;
  }
}

function lastOf(chunk: RecentChunk): number {
  return chunk.firstSequence + chunk.lineCount - 1;
}
