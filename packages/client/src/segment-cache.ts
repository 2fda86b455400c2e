import type { LineBlock, ManifestSegment } from "@keruta/protocol";
import { blockBytes } from "./live-edge.ts";

/** Fetches and decodes a segment. */
export type LoadSegment = (segment: ManifestSegment, signal: AbortSignal) => Promise<LineBlock>;

interface Loading {
  readonly block: Promise<LineBlock>;
  readonly abort: AbortController;
  waiting: number;
}

/**
 * Decoded segments, least recently used out first, at most `maxBytes` (but always the last one).
 * A segment that several ask for is loaded once, and a load that nobody waits for any more is aborted.
 */
export class SegmentCache {
  /** In order of use; a Map remembers the order of insertion. */
  readonly #kept = new Map<string, LineBlock>();
  readonly #loading = new Map<string, Loading>();
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly load: LoadSegment,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  async get(segment: ManifestSegment, signal?: AbortSignal): Promise<LineBlock> {
    signal?.throwIfAborted();
    const key = `${segment.firstSequence}-${segment.checksum}`;
    const kept = this.#kept.get(key);
    if (kept === undefined) return this.#await(key, segment, signal);
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept;
  }

  async #await(key: string, segment: ManifestSegment, signal: AbortSignal | undefined): Promise<LineBlock> {
    const loading = this.#loading.get(key) ?? this.#begin(key, segment);
    loading.waiting++;
    try {
      return await abortable(loading.block, signal);
    } finally {
      loading.waiting--;
      if (loading.waiting === 0) this.#leave(key, loading);
    }
  }

  /** No one waits any more: it is done, or no longer wanted. */
  #leave(key: string, loading: Loading): void {
    if (this.#loading.get(key) === loading) this.#loading.delete(key);
    loading.abort.abort();
  }

  #begin(key: string, segment: ManifestSegment): Loading {
    const abort = new AbortController();
    const block = this.load(segment, abort.signal).then((loaded) => this.#keep(key, loaded));
    const loading: Loading = { block, abort, waiting: 0 };
    this.#loading.set(key, loading);
    return loading;
  }

  #keep(key: string, block: LineBlock): LineBlock {
    if (this.#kept.has(key)) return block;
    this.#kept.set(key, block);
    this.#bytes += blockBytes(block);
    for (const [oldest, old] of this.#kept) {
      if (this.#bytes <= this.maxBytes || oldest === key) break;
      this.#kept.delete(oldest);
      this.#bytes -= blockBytes(old);
    }
    return block;
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
