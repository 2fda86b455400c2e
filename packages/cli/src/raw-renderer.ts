import type { LineMatcher } from "@keruta/client";
import type { LineBlock } from "@keruta/protocol";
import { ByteBuilder, type LineRenderer } from "./line-renderer.ts";

const nothing = new Uint8Array(0);

/** Exactly the bytes that were written, in the order they were read, and nothing between them. */
export class RawRenderer implements LineRenderer {
  readonly #out = new ByteBuilder();

  constructor(private readonly matcher: LineMatcher) {}

  render(block: LineBlock, start: number, end: number): Uint8Array {
    for (let index = start; index < end; ) {
      const isWanted = this.matcher.matches(block.flags[index]!);
      const from = block.textStart(index);
      while (index < end && this.matcher.matches(block.flags[index]!) === isWanted) index++;
      const to = index < block.lineCount ? block.textStart(index) : block.text.length;
      if (isWanted) this.#out.push(block.text.subarray(from, to));
    }
    return this.#out.take();
  }

  finish(): Uint8Array {
    return nothing;
  }
}
