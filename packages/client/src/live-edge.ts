import { type LineBlock, lastSequence } from "@keruta/protocol";
import { firstIndex } from "./first-index.ts";

/** What a decoded line costs beside its text: a length, a flags byte, a start and a time. */
const lineOverheadBytes = 24;

/** Memory a decoded block holds, near enough for a bound. */
export function blockBytes(block: LineBlock): number {
  return block.header.rawBytes + block.lineCount * lineOverheadBytes;
}

/** The newest blocks of an attempt, in order and without a hole, until segments take over. */
export class LiveEdge {
  #blocks: LineBlock[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get blocks(): readonly LineBlock[] {
    return this.#blocks;
  }

  push(block: LineBlock): void {
    this.#blocks.push(block);
    this.#bytes += blockBytes(block);
  }

  /** Lets go of the oldest blocks that are sealed, while more than `keepBytes` are held. */
  trim(sealedThrough: number, keepBytes: number): void {
    let gone = 0;
    for (const block of this.#blocks) {
      if (this.#bytes <= keepBytes || lastSequence(block.header) > sealedThrough) break;
      this.#bytes -= blockBytes(block);
      gone++;
    }
    if (gone > 0) this.#blocks = this.#blocks.slice(gone);
  }

  /** Lets go of blocks without a line behind `through`. */
  drop(through: number): void {
    this.#blocks = this.#blocks.filter((block) => lastSequence(block.header) > through);
    this.#bytes = this.#blocks.reduce((bytes, block) => bytes + blockBytes(block), 0);
  }

  find(sequence: number): LineBlock | undefined {
    const block =
      this.#blocks[
        firstIndex(this.#blocks.length, (index) => lastSequence(this.#blocks[index]!.header) >= sequence)
      ];
    return block !== undefined && block.header.firstSequence <= sequence ? block : undefined;
  }

  findTime(timeUs: number): LineBlock | undefined {
    return this.#blocks[
      firstIndex(this.#blocks.length, (index) => this.#blocks[index]!.header.lastTimeUs >= timeUs)
    ];
  }
}
