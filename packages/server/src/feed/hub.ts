import type { AttemptSummary, Source } from "@keruta/protocol";
import type { AttemptEvents } from "../attempt-events.ts";
import { keyOf } from "../attempt-key.ts";
import type { Tuning } from "../config.ts";
import { attemptSummary } from "../store/attempt-summary.ts";
import type { AttemptKey, StoredAttempt, Unit } from "../store/log-store.ts";
import { feedUnit } from "./feed-unit.ts";
import { Ring } from "./ring.ts";

/** A viewer as the hub sees it: it is nudged, and takes what it needs itself. */
export interface AttemptViewer {
  /** There may be something new: lines, or the attempt's end. */
  advanced(): void;
  partialChanged(source: Source): void;
  /** The attempt is gone, with its task. */
  deleted(): void;
}

/** Is told of every attempt of one task, or of all tasks, that begins or changes. */
export interface AttemptWatcher {
  attemptChanged(summary: AttemptSummary): void;
}

/** An attempt that somebody is watching. */
export interface WatchedAttempt {
  readonly key: AttemptKey;
  summary: AttemptSummary;
  /** `summary` was told as it happened, so that nothing the store answers is newer. */
  isTold: boolean;
  readonly ring: Ring;
  readonly viewers: Set<AttemptViewer>;
}

type Partials = Map<Source, string>;

/** Joins what is committed with who is watching. Holds nothing of an attempt nobody watches, but its partials. */
export class Hub implements AttemptEvents {
  /** In the order of their last commit, oldest first: rings are given up in this order. */
  readonly #watched = new Map<string, WatchedAttempt>();
  readonly #partials = new Map<string, Partials>();
  readonly #taskWatchers = new Map<string, Set<AttemptWatcher>>();
  readonly #allWatchers = new Set<AttemptWatcher>();
  readonly #taskListeners = new Set<(taskId: string) => void>();
  #ringBytes = 0;

  constructor(private readonly tuning: Pick<Tuning, "ringBytes" | "ringTotalBytes">) {}

  /**
   * Joins a viewer to an attempt. Join first, then read the head from the store and `learn` it: what is committed in
   * between reaches the viewer either way.
   */
  join(known: AttemptSummary, viewer: AttemptViewer): WatchedAttempt {
    const key = keyOf(known);
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      const ring = new Ring(this.tuning.ringBytes);
      watched = {
        key: { taskId: known.taskId, attempt: known.attempt },
        summary: known,
        isTold: false,
        ring,
        viewers: new Set(),
      };
      this.#watched.set(key, watched);
    }
    watched.viewers.add(viewer);
    return watched;
  }

  /**
   * What the store answered may be older than what was told since; only a deletion, which never shrinks, is learned all
   * the same.
   */
  learn(watched: WatchedAttempt, stored: StoredAttempt): void {
    const { summary, isTold } = watched;
    if (!isTold) this.#setSummary(watched, attemptSummary(stored, summary.connected));
    else if ((stored.deletedThrough ?? 0) > (summary.deletedThrough ?? 0))
      this.#setSummary(watched, { ...summary, deletedThrough: stored.deletedThrough! });
  }

  leave(watched: WatchedAttempt, viewer: AttemptViewer): void {
    watched.viewers.delete(viewer);
    if (watched.viewers.size > 0) return;
    this.#ringBytes -= watched.ring.bytes;
    watched.ring.clear();
    this.#watched.delete(keyOf(watched.key));
  }

  /** Bytes in the rings of all attempts together. */
  get ringBytes(): number {
    return this.#ringBytes;
  }

  isWatched(attempt: AttemptKey): boolean {
    return this.#watched.has(keyOf(attempt));
  }

  partialsOf(attempt: AttemptKey): ReadonlyMap<Source, string> {
    return this.#partials.get(keyOf(attempt)) ?? new Map();
  }

  /** `taskId` absent: of all tasks. Answers how to stop watching. */
  watch(taskId: string | undefined, watcher: AttemptWatcher): () => void {
    if (taskId === undefined) {
      this.#allWatchers.add(watcher);
      return () => this.#allWatchers.delete(watcher);
    }
    const watchers = this.#taskWatchers.get(taskId) ?? new Set();
    this.#taskWatchers.set(taskId, watchers.add(watcher));
    return () => {
      if (watchers.delete(watcher) && watchers.size === 0 && this.#taskWatchers.get(taskId) === watchers)
        this.#taskWatchers.delete(taskId);
    };
  }

  /** `told` is called with every task of which something has changed besides its lines. Answers how to stop. */
  listen(told: (taskId: string) => void): () => void {
    this.#taskListeners.add(told);
    return () => this.#taskListeners.delete(told);
  }

  taskChanged(taskId: string): void {
    for (const told of this.#taskListeners) told(taskId);
  }

  changed(summary: AttemptSummary): void {
    if (!summary.connected || summary.state !== "PROCESSING") this.#dropPartials(summary);
    const watched = this.#watched.get(keyOf(summary));
    if (watched !== undefined) this.#told(watched, summary);
    for (const watcher of this.#taskWatchers.get(summary.taskId) ?? []) watcher.attemptChanged(summary);
    for (const watcher of this.#allWatchers) watcher.attemptChanged(summary);
    for (const viewer of watched?.viewers ?? []) viewer.advanced();
    this.taskChanged(summary.taskId);
  }

  committed(summary: AttemptSummary, unit: Unit): void {
    const watched = this.#watched.get(keyOf(summary));
    if (watched !== undefined) this.#feed(watched, summary, unit);
    for (const watcher of this.#allWatchers) watcher.attemptChanged(summary);
  }

  partial(attempt: AttemptKey, source: Source, text: string): void {
    const key = keyOf(attempt);
    const partials: Partials = this.#partials.get(key) ?? new Map();
    if (text === "") partials.delete(source);
    else partials.set(source, text);
    if (partials.size > 0) this.#partials.set(key, partials);
    else this.#partials.delete(key);
    for (const viewer of this.#watched.get(key)?.viewers ?? []) viewer.partialChanged(source);
  }

  /** Nothing more comes of the task; a task of the same name may begin anew. */
  deleted(taskId: string): void {
    for (const { key, viewers } of [...this.#watched.values()])
      if (key.taskId === taskId) for (const viewer of [...viewers]) viewer.deleted();
  }

  #feed(watched: WatchedAttempt, summary: AttemptSummary, unit: Unit): void {
    const key = keyOf(watched.key);
    this.#told(watched, summary);
    this.#ringBytes -= watched.ring.bytes;
    watched.ring.push(feedUnit(summary.attempt, unit));
    this.#ringBytes += watched.ring.bytes;
    this.#watched.delete(key);
    this.#watched.set(key, watched);
    this.#evict();
    for (const viewer of watched.viewers) viewer.advanced();
  }

  #told(watched: WatchedAttempt, summary: AttemptSummary): void {
    watched.isTold = true;
    this.#setSummary(watched, summary);
  }

  /** Deleted lines must not come out of the ring any more. */
  #setSummary(watched: WatchedAttempt, summary: AttemptSummary): void {
    const isShorter = (summary.deletedThrough ?? 0) > (watched.summary.deletedThrough ?? 0);
    watched.summary = summary;
    if (!isShorter) return;
    this.#ringBytes -= watched.ring.bytes;
    watched.ring.clear();
  }

  #evict(): void {
    for (const watched of this.#watched.values()) {
      if (this.#ringBytes <= this.tuning.ringTotalBytes) return;
      this.#ringBytes -= watched.ring.bytes;
      watched.ring.clear();
    }
  }

  #dropPartials(attempt: AttemptKey): void {
    const partials = this.#partials.get(keyOf(attempt));
    for (const source of [...(partials?.keys() ?? [])]) this.partial(attempt, source, "");
  }
}
