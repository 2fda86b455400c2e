import { flagsSource, type LineBlock, sourceCode } from "@keruta/protocol";
import { ByteBuilder, type LineRenderer } from "./line-renderer.ts";

const nothing = new Uint8Array(0);

/** Exactly what the script wrote, stdout and stderr in the order they were read. The agent's own lines are left out. */
export class RawRenderer implements LineRenderer {
  readonly #out = new ByteBuilder();

  render(block: LineBlock, start: number, end: number): Uint8Array {
    for (let index = start; index < end; ) {
      const isScripts = flagsSource(block.flags[index]!) !== sourceCode.agent;
      const from = block.textStart(index);
      while (index < end && (flagsSource(block.flags[index]!) !== sourceCode.agent) === isScripts) index++;
      const to = index < block.lineCount ? block.textStart(index) : block.text.length;
      if (isScripts) this.#out.push(block.text.subarray(from, to));
    }
    return this.#out.take();
  }

  finish(): Uint8Array {
    return nothing;
  }
}
