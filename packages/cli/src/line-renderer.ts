import type { LineMatcher } from "@keruta/client";
import type { LineBlock } from "@keruta/protocol";

/** Turns blocks into bytes for the output. It keeps what one block has to know of the one before. */
export interface LineRenderer {
  /** The lines of `block` from index `start` up to `end`. */
  render(block: LineBlock, start: number, end: number): Uint8Array;
  /** What is still needed after the last line. */
  finish(): Uint8Array;
}

/** Which lines are shown. */
export interface LineChoice {
  readonly matcher: LineMatcher;
  readonly sinceUs: number;
}

/** Whether every line of the block is shown, seen from its header alone. */
export function showsAll(block: LineBlock, choice: LineChoice): boolean {
  return choice.matcher.matchesAll && block.header.firstTimeUs >= choice.sinceUs;
}

export function shows(block: LineBlock, index: number, choice: LineChoice): boolean {
  return choice.matcher.matches(block.flags[index]!) && block.timeUs(index) >= choice.sinceUs;
}

/** Grows as needed; taking it gives the bytes so far and begins anew. */
export class ByteBuilder {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;

  push(part: Uint8Array): void {
    if (this.#length + part.length > this.#bytes.length) this.#grow(this.#length + part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
