import { bounds } from "./bounds.ts";
import type { UnnumberedChunk } from "./open-chunk.ts";

/** A chunk ready to be numbered and framed. */
export interface CompressedChunk {
  readonly header: UnnumberedChunk["header"];
  readonly body: Uint8Array;
}

/** Compresses chunks on other threads and hands them on in the order they came. */
export class Compressor {
  #compressing = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly emit: (chunk: CompressedChunk) => void) {}

  /** The caller waits for `room()` before it makes more chunks; the bound is not enforced here. */
  submit(chunk: UnnumberedChunk): void {
    if (this.#compressing === 0 && chunk.columns.length < bounds.compressInlineBytes) {
      this.emit({ header: chunk.header, body: Bun.zstdCompressSync(chunk.columns, { level: 1 }) });
      return;
    }
    this.#compressing++;
    const body = Bun.zstdCompress(chunk.columns, { level: 1 });
    this.#last = Promise.all([body, this.#last]).then(([bytes]) => {
      this.#compressing--;
      this.emit({ header: chunk.header, body: bytes });
    });
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
