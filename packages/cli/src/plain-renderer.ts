import { flagsSource, type LineBlock, LineFlag } from "@keruta/protocol";
import { ByteBuilder, type LineChoice, type LineRenderer, shows, showsAll } from "./line-renderer.ts";

const newline = new Uint8Array([0x0a]);

/** Where the next line goes, after a line that no newline ended. -1: to a new line. */
const atLineStart = -1;

/**
 * The lines as the program wrote them, byte for byte, every source in one stream. A line that was
 * split is whole again, however long; only where another source's line comes between its parts, a
 * newline keeps the two apart.
 */
export class PlainRenderer implements LineRenderer {
  readonly #out = new ByteBuilder();
  #openSource = atLineStart;

  /** `prefix` is put before each line. */
  constructor(
    private readonly choice: LineChoice,
    private readonly prefix?: (block: LineBlock, index: number) => Uint8Array,
  ) {}

  render(block: LineBlock, start: number, end: number): Uint8Array {
    const isAll = showsAll(block, this.choice);
    for (let index = start; index < end; ) {
      if (!isAll && !shows(block, index, this.choice)) {
        index++;
        continue;
      }
      const runEnd = this.prefix === undefined && isAll ? unbroken(block, index, end) : index + 1;
      this.#run(block, index, runEnd);
      index = runEnd;
    }
    return this.#out.take();
  }

  #run(block: LineBlock, start: number, end: number): void {
    const source = flagsSource(block.flags[start]!);
    const continues = this.#openSource === source;
    if (this.#openSource !== atLineStart && !continues) this.#out.push(newline);
    if (this.prefix !== undefined && !continues) this.#out.push(this.prefix(block, start));
    const textEnd = end < block.lineCount ? block.textStart(end) : block.text.length;
    this.#out.push(block.text.subarray(block.textStart(start), textEnd));
    const last = block.flags[end - 1]!;
    this.#openSource = (last & LineFlag.continued) === 0 ? atLineStart : flagsSource(last);
  }

  finish(): Uint8Array {
    if (this.#openSource !== atLineStart) this.#out.push(newline);
    this.#openSource = atLineStart;
    return this.#out.take();
  }
}

/** How far the text can be copied in one piece: to where a split line meets another source's. */
function unbroken(block: LineBlock, start: number, end: number): number {
  const { flags } = block;
  for (let index = start + 1; index < end; index++) {
    const before = flags[index - 1]!;
    if ((before & LineFlag.continued) !== 0 && flagsSource(before) !== flagsSource(flags[index]!))
      return index;
  }
  return end;
}
