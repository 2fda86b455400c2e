import {
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
 * The lines of an attempt that are known, 1 to `head`: sealed segments, loaded by need, and the live
 * edge. The two may overlap; together they have no hole.
 */
export class KnownLines {
  readonly #index = new SegmentIndex();
  readonly #edge = new LiveEdge();
  readonly #cache: SegmentCache;

  constructor(manifest: Manifest, maxCacheBytes: number, load: LoadSegment) {
    this.#index.add(manifest);
    this.#cache = new SegmentCache(maxCacheBytes, load);
  }

  get head(): number {
    const last = this.#edge.blocks.at(-1);
    return Math.max(this.sealedThrough, last === undefined ? 0 : lastSequence(last.header));
  }

  get sealedThrough(): number {
    return this.#index.sealedThrough;
  }

  get segments(): readonly ManifestSegment[] {
    return this.#index.segments;
  }

  get edgeBytes(): number {
    return this.#edge.bytes;
  }

  /** The next lines of the edge. */
  append(block: LineBlock): void {
    this.#edge.push(block);
  }

  /** What has been sealed since: of the edge's lines that are, only `keepBytes` are kept. */
  seal(manifest: Manifest, keepBytes: number): void {
    this.#index.add(manifest);
    this.#edge.trim(this.#index.sealedThrough, keepBytes);
  }

  async lines(from: number, count: number, signal?: AbortSignal): Promise<readonly LineRange[]> {
    const end = Math.min(from + count, this.head + 1);
    const parts: Promise<LineRange>[] = [];
    for (let next = Math.max(from, 1); next < end; ) {
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
    return block.header.firstSequence + firstIndex(times.length, (index) => times[index]! >= timeUs);
  }

  async findNext(
    from: number,
    step: 1 | -1,
    filter: LineFilter,
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    const matcher = new LineMatcher(filter);
    let at = step === 1 ? Math.max(from, 1) : Math.min(from, this.head);
    while (at >= 1 && at <= this.head) {
      const holder = this.#edge.find(at) ?? this.#segmentOf(at);
      const header = "header" in holder ? holder.header : holder;
      if (matcher.matchesAny(header.counts)) {
        const block = "header" in holder ? holder : await this.#cache.get(holder, signal);
        const found = scan(block, at - header.firstSequence, step, matcher);
        if (found !== undefined) return header.firstSequence + found;
      }
      at = step === 1 ? lastSequence(header) + 1 : header.firstSequence - 1;
    }
    return undefined;
  }

  /** Edge and index together cover 1..head, so a line that is not in the edge is in a segment. */
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
