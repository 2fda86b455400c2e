import {
  countCells,
  countFlags,
  KerutaError,
  type LineBlock,
  lastSequence,
  type Manifest,
  type ManifestSegment,
} from "@keruta/protocol";
import { firstIndex } from "./first-index.ts";
import { type LineFilter, LineMatcher } from "./line-filter.ts";
import { LiveEdge } from "./live-edge.ts";
import type { LineRange } from "./log-source.ts";
import { type LoadSegment, SegmentCache } from "./segment-cache.ts";
import { SegmentIndex } from "./segment-index.ts";

/**
 * The lines of an attempt that are known, `first` to `head`: sealed segments, loaded by need, and the live
 * edge. The two may overlap; together they have no hole.
 */
export class KnownLines {
  readonly #index = new SegmentIndex();
  readonly #edge = new LiveEdge();
  readonly #cache: SegmentCache;
  #first = 1;

  constructor(manifest: Manifest, maxCacheBytes: number, load: LoadSegment) {
    this.#addToIndex(manifest);
    this.#cache = new SegmentCache(maxCacheBytes, load);
  }

  /** The lines before it were deleted. */
  get first(): number {
    return this.#first;
  }

  /** `first - 1` where there is no line. */
  get head(): number {
    const last = this.#edge.blocks.at(-1);
    return Math.max(this.sealedThrough, last === undefined ? 0 : lastSequence(last.header), this.#first - 1);
  }

  /** Lines were deleted that the segments still hold: `seal` needs a whole manifest next. */
  get isCut(): boolean {
    return this.#first - 1 > this.#index.deletedThrough;
  }

  get sealedThrough(): number {
    return this.#index.sealedThrough;
  }

  get edgeBytes(): number {
    return this.#edge.bytes;
  }

  /** The next lines of the edge: those of the block from `start` on. Where they do not follow the head, what is before them was deleted. */
  append(block: LineBlock, start: number): void {
    const next = block.header.firstSequence + start;
    if (next > this.head + 1) this.forget(next - 1);
    this.#edge.push(block);
  }

  /** The lines up to `through` were deleted. */
  forget(through: number): void {
    if (through < this.#first) return;
    this.#first = through + 1;
    this.#edge.drop(through);
  }

  /** What has been sealed since: of the edge's lines that are, only `keepBytes` are kept. */
  seal(manifest: Manifest, keepBytes: number): void {
    this.#addToIndex(manifest);
    this.#edge.trim(this.#index.sealedThrough, keepBytes);
  }

  #addToIndex(manifest: Manifest): void {
    this.#index.add(manifest);
    this.forget(this.#index.deletedThrough);
  }

  /** Lines by source and level. After `forget` it is right again when `isCut` is false. */
  counts(): number[] {
    const totals = new Array<number>(countCells).fill(0);
    const add = (counts: readonly number[]) => {
      for (let cell = 0; cell < countCells; cell++) totals[cell]! += counts[cell] ?? 0;
    };
    for (const { counts } of this.#index.segments) add(counts);
    for (const { header, flags } of this.#edge.blocks) {
      const start = Math.max(0, this.sealedThrough + 1 - header.firstSequence);
      add(start === 0 ? header.counts : countFlags(flags.subarray(start), Math.max(0, flags.length - start)));
    }
    return totals;
  }

  async lines(from: number, count: number, signal?: AbortSignal): Promise<readonly LineRange[]> {
    const end = Math.min(from + count, this.head + 1);
    const parts: Promise<LineRange>[] = [];
    for (let next = Math.max(from, this.#first); next < end; ) {
      const part = this.#partAt(next, end, signal);
      parts.push(part.range);
      next = part.next;
    }
    return Promise.all(parts);
  }

  /** The lines from `from` that one block holds, and where the next block begins. */
  #partAt(from: number, end: number, signal?: AbortSignal): { range: Promise<LineRange>; next: number } {
    const live = this.#edge.find(from);
    if (live !== undefined)
      return { range: Promise.resolve(cut(live, from, end)), next: lastSequence(live.header) + 1 };
    const segment = this.#segmentOf(from);
    const range = this.#cache.get(segment, signal).then((block) => cut(block, from, end));
    return { range, next: lastSequence(segment) + 1 };
  }

  async findTime(timeUs: number, signal?: AbortSignal): Promise<number> {
    const segment = this.#index.findTime(timeUs);
    const block =
      segment === undefined ? this.#edge.findTime(timeUs) : await this.#cache.get(segment, signal);
    if (block === undefined) return this.head + 1;
    const times = block.timesUs();
    const index = firstIndex(times.length, (index) => times[index]! >= timeUs);
    return Math.max(this.#first, block.header.firstSequence + index);
  }

  async findNext(
    from: number,
    step: 1 | -1,
    filter: LineFilter,
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    const matcher = new LineMatcher(filter);
    let at = step === 1 ? Math.max(from, this.#first) : Math.min(from, this.head);
    while (at >= this.#first && at <= this.head) {
      const holder = this.#edge.find(at) ?? this.#segmentOf(at);
      const header = "header" in holder ? holder.header : holder;
      if (matcher.matchesAny(header.counts)) {
        const block = "header" in holder ? holder : await this.#cache.get(holder, signal);
        const found = scan(block, at - header.firstSequence, step, matcher);
        if (found !== undefined && header.firstSequence + found >= this.#first)
          return header.firstSequence + found;
      }
      at = step === 1 ? lastSequence(header) + 1 : header.firstSequence - 1;
    }
    return undefined;
  }

  /** Edge and index together cover first..head, so a line that is not in the edge is in a segment. */
  #segmentOf(sequence: number): ManifestSegment {
    const segment = this.#index.find(sequence);
    if (segment !== undefined) return segment;
    throw new KerutaError("SEGMENT_NOT_FOUND", `cannot find line ${sequence} of the log`);
  }
}

/** The lines `from` up to, not including, `end` that a block holds. */
function cut(block: LineBlock, from: number, end: number): LineRange {
  const { firstSequence, lineCount } = block.header;
  return { block, start: from - firstSequence, end: Math.min(lineCount, end - firstSequence) };
}

function scan(block: LineBlock, from: number, step: 1 | -1, matcher: LineMatcher): number | undefined {
  for (let index = from; index >= 0 && index < block.lineCount; index += step)
    if (matcher.matches(block.flags[index]!)) return index;
  return undefined;
}
