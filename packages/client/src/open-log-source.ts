import {
  type AttemptSummary,
  countFlags,
  type Decompress,
  decodeColumns,
  levels,
  limits,
  type Manifest,
  type Source,
  sourceCode,
} from "@keruta/protocol";
import type { Api } from "./api.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import { follow } from "./follow.ts";
import type { ConnectionEvent, FollowEvent, LinesEvent } from "./follow-events.ts";
import { KnownLines } from "./known-lines.ts";
import type { LineFilter } from "./line-filter.ts";
import type { LineRange, LogSource, LogStatus } from "./log-source.ts";
import type { ReconnectOptions } from "./reconnect.ts";

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
  readonly #known: KnownLines;
  #counts: number[];
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
    const { maxCacheBytes = defaultMaxCacheBytes } = options;
    this.#known = new KnownLines(manifest, maxCacheBytes, async (segment, signal) =>
      decodeColumns(segment, await options.api.segmentColumns(this.taskId, this.attempt, segment, signal)),
    );
    this.#counts = this.#known.counts();
    this.#status = firstStatus(manifest.summary, this.#known);
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

  lines(from: number, count: number, signal?: AbortSignal): Promise<readonly LineRange[]> {
    return this.#known.lines(from, count, signal);
  }

  findTime(timeUs: number, signal?: AbortSignal): Promise<number> {
    return this.#known.findTime(timeUs, signal);
  }

  findNext(
    from: number,
    step: 1 | -1,
    filter: LineFilter,
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    return this.#known.findNext(from, step, filter, signal);
  }

  async #followEdge(): Promise<void> {
    const { signal: _, ...options } = this.#options;
    const from = this.#known.sealedThrough + 1;
    for await (const event of follow({ ...options, from, stay: true, signal: this.#closed.signal }))
      await this.#take(event);
  }

  async #take(event: FollowEvent): Promise<void> {
    switch (event.type) {
      case "lines":
        this.#append(event);
        return this.#makeRoom();
      case "subscribed":
        if (event.attempt !== undefined) this.#learn(event.attempt);
        return this.#change({ partials: {} });
      case "attempt":
        return this.#learn(event.summary);
      case "partial":
        return this.#change({ partials: withPartial(this.#status.partials, event.source, event.text) });
      case "connection":
        return this.#change({ connection: event });
      case "end":
        this.#learn(event.summary);
        return this.#change({ partials: {}, ended: true });
      case "scanned":
        return;
    }
  }

  #learn(summary: AttemptSummary): void {
    if (summary.attempt !== this.attempt) return;
    this.#known.forget(summary.deletedThrough ?? 0);
    if (this.#known.isCut) void this.#refresh();
    const goesOn = summary.state === "PROCESSING";
    this.#change({ summary, ...this.#range(), ...(goesOn ? { ended: false } : {}) });
  }

  #range(): Pick<LogStatus, "first" | "head"> {
    return { first: this.#known.first, head: this.#known.head };
  }

  #append({ block, start }: LinesEvent): void {
    this.#known.append(block, start);
    const counts =
      start === 0 ? block.header.counts : countFlags(block.flags.subarray(start), block.lineCount - start);
    counts.forEach((count, cell) => {
      this.#counts[cell] = (this.#counts[cell] ?? 0) + count;
    });
    this.#bytesSinceRefresh += block.header.rawBytes;
    this.#change({
      ...this.#range(),
      partials: withoutEnded(this.#status.partials, counts),
      ended: false,
    });
  }

  /** Hands sealed lines over to segments. Holds up the live edge, and with it the server, only where the edge is full. */
  async #makeRoom(): Promise<void> {
    const maxBytes = this.#options.maxEdgeBytes ?? defaultMaxEdgeBytes;
    const isDue = this.#bytesSinceRefresh >= refreshEveryBytes || this.#known.isCut;
    if (!isDue && this.#known.edgeBytes <= maxBytes) return;
    const refreshed = this.#refresh();
    while (this.#known.edgeBytes > maxBytes && !this.#closed.signal.aborted) {
      await refreshed;
      await this.#refresh();
      if (this.#known.edgeBytes > maxBytes) await sleep(this.#clock, fullEdgeRetryMs, this.#closed.signal);
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
    const after = this.#known.isCut ? 0 : this.#known.sealedThrough;
    const answer = await this.#options.api.manifest(
      this.taskId,
      this.attempt,
      { after },
      this.#closed.signal,
    );
    if (answer === "unchanged") return;
    const { summary } = answer.manifest;
    this.#known.forget(summary.deletedThrough ?? 0);
    // More was deleted meanwhile, so that this answer is not whole.
    if (this.#known.isCut && after > 0) return this.#readManifest();
    const wasCut = this.#known.isCut;
    // Half is kept, so that the lines on the screen do not have to be fetched again.
    this.#known.seal(answer.manifest, (this.#options.maxEdgeBytes ?? defaultMaxEdgeBytes) / 2);
    if (!wasCut) return;
    this.#counts = this.#known.counts();
    this.#change(this.#range());
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

function firstStatus(summary: AttemptSummary, { first, head }: KnownLines): LogStatus {
  const connection: ConnectionEvent = { type: "connection", state: "connecting" };
  return { summary, first, head, partials: {}, connection, ended: false, error: undefined };
}

/** A line has come from the source, so what was shown of it before it ended is told again, or gone. */
function withoutEnded(partials: LogStatus["partials"], counts: readonly number[]): LogStatus["partials"] {
  const isOpen = (source: Source) => {
    const first = sourceCode[source] * levels.length;
    return counts.slice(first, first + levels.length).every((count) => count === 0);
  };
  const open = Object.entries(partials).filter(([source]) => isOpen(source as Source));
  return open.length === Object.keys(partials).length ? partials : Object.fromEntries(open);
}

function withPartial(
  partials: LogStatus["partials"],
  source: Source,
  text: string,
): Readonly<Partial<Record<Source, string>>> {
  const { [source]: _, ...others } = partials;
  return text === "" ? others : { ...others, [source]: text };
}
