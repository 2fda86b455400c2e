import {
  type AttemptSummary,
  countFlags,
  type Decompress,
  decodeColumns,
  KerutaError,
  type LineBlock,
  lastSequence,
  limits,
  type Manifest,
  type ManifestSegment,
  type Source,
} from "@keruta/protocol";
import type { Api } from "./api.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import { firstIndex } from "./first-index.ts";
import { follow } from "./follow.ts";
import type { ConnectionEvent, FollowEvent, LinesEvent } from "./follow-events.ts";
import { type LineFilter, LineMatcher } from "./line-filter.ts";
import { LiveEdge } from "./live-edge.ts";
import type { LineRange, LogSource, LogStatus } from "./log-source.ts";
import type { ReconnectOptions } from "./reconnect.ts";
import { SegmentCache } from "./segment-cache.ts";
import { SegmentIndex } from "./segment-index.ts";

export interface LogSourceOptions extends ReconnectOptions {
  readonly api: Api;
  readonly taskId: string;
  readonly attempt: number;
  readonly decompress: Decompress;
  /** Decoded history kept; default 32 MiB. */
  readonly maxCacheBytes?: number | undefined;
  /** Lines not sealed yet; default 16 MiB. */
  readonly maxEdgeBytes?: number | undefined;
}

const defaultMaxCacheBytes = 32 * 1024 * 1024;
const defaultMaxEdgeBytes = 16 * 1024 * 1024;
/** The manifest is read again when this much has come since the last time: two segments' worth. */
const refreshEveryBytes = 2 * limits.segmentTargetRawBytes;
/** How often to look whether the server has sealed, while the edge is full. */
const fullEdgeRetryMs = 500;

/** Resolves when the history is known; the live edge follows by itself until `close`. */
export async function openLogSource(options: LogSourceOptions): Promise<LogSource> {
  const answer = await options.api.manifest(options.taskId, options.attempt, {}, options.signal);
  if (answer === "unchanged") throw new Error("an unconditional request was answered with 304");
  const source = new StoredLog(options, answer.manifest);
  source.start();
  return source;
}

class StoredLog implements LogSource {
  readonly taskId: string;
  readonly attempt: number;
  readonly #options: LogSourceOptions;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  readonly #index = new SegmentIndex();
  readonly #edge = new LiveEdge();
  readonly #cache: SegmentCache;
  readonly #counts: number[];
  readonly #listeners = new Set<(status: LogStatus) => void>();
  #status: LogStatus;
  #telling = false;
  #bytesSinceRefresh = 0;
  #refreshing: Promise<void> | undefined;

  constructor(options: LogSourceOptions, manifest: Manifest) {
    this.#options = options;
    this.taskId = options.taskId;
    this.attempt = options.attempt;
    this.#clock = options.clock ?? systemClock;
    this.#cache = new SegmentCache(options.maxCacheBytes ?? defaultMaxCacheBytes, (segment, signal) =>
      this.#load(segment, signal),
    );
    this.#index.add(manifest);
    this.#counts = totalCounts(this.#index.segments, manifest.summary);
    this.#status = firstStatus(manifest.summary, this.#index.sealedThrough);
    options.signal?.addEventListener("abort", () => this.close());
  }

  start(): void {
    this.#followEdge().catch((error: Error) => this.#change({ error }));
  }

  status(): LogStatus {
    return this.#status;
  }

  onChange(listener: (status: LogStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  counts(): readonly number[] {
    return this.#counts;
  }

  close(): void {
    this.#closed.abort();
    this.#listeners.clear();
  }

  async lines(from: number, count: number, signal?: AbortSignal): Promise<readonly LineRange[]> {
    const end = Math.min(from + count, this.#status.head + 1);
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
    if (block === undefined) return this.#status.head + 1;
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
    let at = step === 1 ? Math.max(from, 1) : Math.min(from, this.#status.head);
    while (at >= 1 && at <= this.#status.head) {
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
    throw new KerutaError("SEGMENT_NOT_FOUND", `cannot find line ${sequence} of ${this.taskId}`);
  }

  async #load(segment: ManifestSegment, signal: AbortSignal): Promise<LineBlock> {
    const columns = await this.#options.api.segmentColumns(this.taskId, this.attempt, segment, signal);
    return decodeColumns(segment, columns);
  }

  async #followEdge(): Promise<void> {
    const { signal: _, ...options } = this.#options;
    const from = this.#index.sealedThrough + 1;
    for await (const event of follow({ ...options, from, signal: this.#closed.signal }))
      await this.#take(event);
  }

  async #take(event: FollowEvent): Promise<void> {
    switch (event.type) {
      case "lines":
        this.#append(event);
        return this.#makeRoom();
      case "subscribed":
        return this.#change({ ...(event.attempt && { summary: event.attempt }), partials: {} });
      case "attempt":
        if (event.summary.attempt === this.attempt) this.#change({ summary: event.summary });
        return;
      case "partial":
        return this.#change({ partials: withPartial(this.#status.partials, event.source, event.text) });
      case "connection":
        return this.#change({ connection: event });
      case "end":
        return this.#change({ summary: event.summary, partials: {}, ended: true });
      case "scanned":
        return;
    }
  }

  #append({ block, start }: LinesEvent): void {
    this.#edge.push(block);
    const counts =
      start === 0 ? block.header.counts : countFlags(block.flags.subarray(start), block.lineCount - start);
    counts.forEach((count, cell) => {
      this.#counts[cell] = (this.#counts[cell] ?? 0) + count;
    });
    this.#bytesSinceRefresh += block.header.rawBytes;
    this.#change({ head: lastSequence(block.header) });
  }

  /** Hands sealed lines over to segments. Holds up the live edge, and with it the server, only where the edge is full. */
  async #makeRoom(): Promise<void> {
    const maxBytes = this.#options.maxEdgeBytes ?? defaultMaxEdgeBytes;
    if (this.#bytesSinceRefresh < refreshEveryBytes && this.#edge.bytes <= maxBytes) return;
    const refreshed = this.#refresh();
    while (this.#edge.bytes > maxBytes && !this.#closed.signal.aborted) {
      await refreshed;
      await this.#refresh();
      if (this.#edge.bytes > maxBytes) await sleep(this.#clock, fullEdgeRetryMs, this.#closed.signal);
    }
  }

  /** One at a time. A failure is not told: the next block asks again. */
  #refresh(): Promise<void> {
    this.#bytesSinceRefresh = 0;
    this.#refreshing ??= this.#readManifest()
      .catch(() => undefined)
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async #readManifest(): Promise<void> {
    const after = this.#index.sealedThrough;
    const answer = await this.#options.api.manifest(
      this.taskId,
      this.attempt,
      { after },
      this.#closed.signal,
    );
    if (answer === "unchanged") return;
    this.#index.add(answer.manifest);
    // Half is kept, so that the lines on the screen do not have to be fetched again.
    const keepBytes = (this.#options.maxEdgeBytes ?? defaultMaxEdgeBytes) / 2;
    this.#edge.trim(this.#index.sealedThrough, keepBytes);
  }

  #change(change: Partial<LogStatus>): void {
    this.#status = { ...this.#status, ...change };
    if (this.#telling) return;
    this.#telling = true;
    this.#clock.after(0, () => {
      this.#telling = false;
      for (const listener of this.#listeners) listener(this.#status);
    });
  }
}

function firstStatus(summary: AttemptSummary, head: number): LogStatus {
  const connection: ConnectionEvent = { type: "connection", state: "connecting" };
  return { summary, head, partials: {}, connection, ended: false, error: undefined };
}

function totalCounts(segments: readonly ManifestSegment[], summary: AttemptSummary): number[] {
  return summary.counts.map((_, cell) =>
    segments.reduce((total, segment) => total + (segment.counts[cell] ?? 0), 0),
  );
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

function withPartial(
  partials: LogStatus["partials"],
  source: Source,
  text: string,
): Readonly<Partial<Record<Source, string>>> {
  const { [source]: _, ...others } = partials;
  return text === "" ? others : { ...others, [source]: text };
}
