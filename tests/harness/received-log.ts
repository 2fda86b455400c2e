import { createHash } from "node:crypto";
import {
  type Line,
  type LineBlock,
  lastSequence,
  levels,
  linesOf,
  type Source,
  sourceOf,
  sources,
  terminatorBytes,
} from "@keruta/protocol";
import { SequenceSet } from "./sequence-set.ts";

/**
 * What was received of one attempt, line by line, and every fault in how it came. Bytes are kept as
 * hashes, one a source, so that a log of any size can be compared; texts only where `keepLines`.
 */
export class ReceivedLog {
  readonly sequences = new SequenceSet();
  /** Gaps, repeats and wrong order, in words. Empty is what every test wants. */
  readonly faults: string[] = [];
  readonly #bytes = new Map(sources.map((source) => [source, createHash("sha256")]));
  readonly #byteCounts = new Map<Source, number>();
  readonly #blocks: [block: LineBlock, start: number][] = [];

  constructor(
    private readonly keepLines: boolean,
    /** The sequence that has to come next. */
    public next = 1,
  ) {}

  /** Takes the lines of a block from index `start` on. */
  take(block: LineBlock, start: number): void {
    const first = block.header.firstSequence + start;
    const last = lastSequence(block.header);
    if (first !== this.next) this.faults.push(`line ${first} came where ${this.next} was due`);
    const doubled = this.sequences.add(first, last);
    if (doubled > 0) this.faults.push(`${doubled} lines of ${first}-${last} came twice`);
    this.next = last + 1;
    if (this.keepLines) this.#blocks.push([block, start]);
    this.#hash(block, start);
  }

  /** Lines of one source, or all, as objects. */
  lines(source?: Source): Line[] {
    if (!this.keepLines) throw new Error("this log was told to keep no lines");
    const all = this.#blocks.flatMap(([block, start]) => [...linesOf(block, start)]);
    return source === undefined ? all : all.filter((line) => line.source === source);
  }

  texts(source?: Source): string[] {
    return this.lines(source).map((line) => line.text);
  }

  /** SHA-256 of the very bytes a source wrote. Ends the log: nothing can be taken after it. */
  digest(source: Source): string {
    return this.#bytes.get(source)!.digest("hex");
  }

  byteCount(source: Source): number {
    return this.#byteCounts.get(source) ?? 0;
  }

  #hash(block: LineBlock, start: number): void {
    const only = start === 0 ? onlySource(block) : undefined;
    if (only === undefined) this.#hashLines(block, start);
    else this.#update(only, block.text);
  }

  #hashLines(block: LineBlock, start: number): void {
    for (let index = start; index < block.lineCount; index++) {
      const flags = block.flags[index]!;
      const end = block.textEnd(index) + terminatorBytes(flags);
      this.#update(sourceOf(flags), block.text.subarray(block.textStart(index), end));
    }
  }

  #update(source: Source, bytes: Uint8Array): void {
    this.#bytes.get(source)!.update(bytes);
    this.#byteCounts.set(source, this.byteCount(source) + bytes.length);
  }
}

function onlySource(block: LineBlock): Source | undefined {
  const { counts, lineCount } = block.header;
  return sources.find((_, code) => {
    const own = counts.slice(code * levels.length, (code + 1) * levels.length);
    return own.reduce((total, count) => total + count, 0) === lineCount;
  });
}
