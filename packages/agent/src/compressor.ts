import { limits } from "@keruta/protocol";
import { bounds } from "./bounds.ts";
import type { UnnumberedChunk } from "./open-chunk.ts";

/** A chunk ready to be numbered and framed. */
export interface CompressedChunk {
  readonly header: UnnumberedChunk["header"];
  readonly body: Uint8Array;
}

/** Room for any chunk of ours: a full chunk's text with one longest line, and 13 bytes a line of other columns. */
const scratchBytes = limits.chunkFlushBytes + limits.maxLineBytes + limits.maxChunkLines * 13 + 1_024;

/**
 * Compresses chunks on other threads and hands them on in the order they came. Their columns are laid out in
 * buffers that are used again and again: fresh memory for every chunk cost more than copying into it.
 */
export class Compressor {
  readonly #scratch: Uint8Array[] = [];
  #compressing = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly emit: (chunk: CompressedChunk) => void) {}

  /** A buffer for the columns of one chunk, which is then submitted. */
  scratch(): Uint8Array {
    return this.#scratch.pop() ?? Buffer.allocUnsafeSlow(scratchBytes);
  }

  /** The caller waits for `room()` before it makes more chunks; the bound is not enforced here. */
  submit({ header, columns }: UnnumberedChunk): void {
    if (this.#compressing === 0 && columns.length < bounds.compressInlineBytes) {
      const body = Bun.zstdCompressSync(columns, { level: 1 });
      this.#giveBack(columns);
      this.emit({ header, body });
      return;
    }
    this.#compressing++;
    const body = Bun.zstdCompress(columns, { level: 1 });
    this.#last = Promise.all([body, this.#last]).then(([bytes]) => {
      this.#compressing--;
      this.#giveBack(columns);
      this.emit({ header, body: bytes });
    });
  }

  #giveBack(columns: Uint8Array): void {
    if (this.#scratch.length <= bounds.maxChunksCompressing) this.#scratch.push(Buffer.from(columns.buffer));
  }

  /** Undefined where there is room already, so that the usual case does not wait. */
  room(): Promise<void> | undefined {
    return this.#compressing < bounds.maxChunksCompressing ? undefined : this.#last;
  }

  /** Resolves when everything submitted has been handed on. */
  idle(): Promise<void> {
    return this.#last;
  }
}
