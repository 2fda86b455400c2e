import type { AttemptSummary } from "@keruta/protocol";
import { limits } from "@keruta/protocol";
import type { AttemptEvents } from "../attempt-events.ts";
import { keyOf } from "../attempt-key.ts";
import type { Tuning } from "../config.ts";
import type { Logger } from "../logger.ts";
import type { AttemptKey, LogStore, Unit } from "./log-store.ts";
import { bundleChunks } from "./merge.ts";

/** How long sealing steps aside, when it does. */
const stepAsideMs = 100;
const retryAfterErrorMs = 2_000;

interface Backlog {
  readonly attempt: AttemptKey;
  rawBytes: number;
  chunks: number;
}

/**
 * Merges chunks in the background, one run at a time. Commits come first: while lines arrive faster than
 * `sealQuietRawBytesPerSecond` an attempt that nobody watches waits, until `sealMaxBacklogRawBytes` have gathered. After a crash it finds the
 * rest in the store; merging itself may be cut off anywhere (see `LogStore.merge`).
 */
export class Sealer implements AttemptEvents {
  readonly #backlogs = new Map<string, Backlog>();
  readonly #due = new Map<string, AttemptKey>();
  readonly #load = new LoadMeter();
  #backlogRawBytes = 0;
  /** Rows were deleted whose space is not given back yet. */
  #isSpaceFreed = false;
  #isStopped = false;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(
    private readonly store: LogStore,
    private readonly tuning: Pick<Tuning, "sealQuietRawBytesPerSecond" | "sealMaxBacklogRawBytes">,
    private readonly logger: Logger,
    /** Whether somebody follows the attempt: history is what a follower's memory is relieved by. */
    private readonly isWatched: (attempt: AttemptKey) => boolean,
  ) {}

  /** Goes on with what an earlier process left. */
  async start(): Promise<void> {
    for (const { taskId, attempt, state, rawBytes, chunks } of await this.store.unsealed())
      this.#count({ taskId, attempt }, rawBytes, chunks, state !== "PROCESSING");
    this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake?.();
    await this.#running;
  }

  changed({ taskId, attempt, state, deletedThrough }: AttemptSummary): void {
    if (state !== "PROCESSING") this.#count({ taskId, attempt }, 0, 0, true);
    if (deletedThrough !== undefined) this.#reclaimSoon();
  }

  /** Lines that come after the end wait until they are many, as those of a live attempt do: each alone would be a segment. */
  committed({ taskId, attempt }: AttemptSummary, { header }: Unit): void {
    this.#load.add(header.rawBytes, performance.now());
    this.#count({ taskId, attempt }, header.rawBytes, 1, false);
  }

  partial(): void {}

  taskDeleted(taskId: string): void {
    for (const [key, { attempt, rawBytes }] of this.#backlogs)
      if (attempt.taskId === taskId) this.#lower(key, rawBytes);
    this.#reclaimSoon();
  }

  #reclaimSoon(): void {
    this.#isSpaceFreed = true;
    this.#run();
  }

  #count(attempt: AttemptKey, rawBytes: number, chunks: number, hasEnded: boolean): void {
    const key = keyOf(attempt);
    const backlog = this.#backlogs.get(key) ?? { attempt, rawBytes: 0, chunks: 0 };
    this.#backlogs.set(key, backlog);
    backlog.rawBytes += rawBytes;
    backlog.chunks += chunks;
    this.#backlogRawBytes += rawBytes;
    if (!hasEnded && backlog.rawBytes < limits.segmentTargetRawBytes && backlog.chunks < bundleChunks) return;
    this.#due.set(key, attempt);
    this.#run();
  }

  #run(): void {
    const hasWork = this.#due.size > 0 || this.#isSpaceFreed;
    if (this.#isRunning || this.#isStopped || !hasWork) return;
    this.#isRunning = true;
    this.#isSpaceFreed = false;
    this.#running = this.#work().finally(() => {
      this.#isRunning = false;
      this.#run();
    });
  }

  async #work(): Promise<void> {
    while (!this.#isStopped && this.#due.size > 0) {
      if (this.#mustWait(this.#due.values().next().value!)) await this.#rest(stepAsideMs);
      else await this.#mergeOne().catch((error) => this.#troubled(error));
    }
    while (!this.#isStopped && this.#due.size === 0 && (await this.#reclaimSome()))
      await this.#rest(stepAsideMs);
  }

  #mustWait(attempt: AttemptKey): boolean {
    if (this.isWatched(attempt)) return false;
    const isBusy = this.#load.bytesPerSecond(performance.now()) > this.tuning.sealQuietRawBytesPerSecond;
    return isBusy && this.#backlogRawBytes < this.tuning.sealMaxBacklogRawBytes;
  }

  async #mergeOne(): Promise<void> {
    const [key, attempt] = this.#due.entries().next().value!;
    // To the end of the line: one long log must not keep the others waiting.
    this.#due.delete(key);
    const before = this.#backlogs.get(key)?.rawBytes ?? 0;
    try {
      const hasMore = await this.store.merge(attempt);
      // A merge takes about a segment's worth; where nothing was due, what was waiting is less than that.
      this.#lower(key, hasMore ? Math.min(before, limits.segmentTargetRawBytes) : before);
      if (hasMore) this.#due.set(key, attempt);
    } catch (error) {
      this.#due.set(key, attempt);
      throw error;
    }
  }

  #lower(key: string, rawBytes: number): void {
    const backlog = this.#backlogs.get(key);
    if (backlog === undefined) return;
    this.#backlogRawBytes -= rawBytes;
    backlog.rawBytes -= rawBytes;
    backlog.chunks = 0;
    if (backlog.rawBytes === 0) this.#backlogs.delete(key);
  }

  #reclaimSome(): Promise<boolean> {
    return this.store.reclaim().catch(() => false);
  }

  async #troubled(error: unknown): Promise<void> {
    this.logger.warn({ err: error }, "cannot merge chunks; will try again");
    await this.#rest(retryAfterErrorMs);
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Bytes a second over the last one to two quarter seconds. */
class LoadMeter {
  #startedMs = 0;
  #current = 0;
  #previous = 0;

  add(bytes: number, nowMs: number): void {
    this.#turn(nowMs);
    this.#current += bytes;
  }

  bytesPerSecond(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#current, this.#previous) * 4;
  }

  #turn(nowMs: number): void {
    const elapsed = nowMs - this.#startedMs;
    if (elapsed < 250) return;
    this.#previous = elapsed < 500 ? this.#current : 0;
    this.#current = 0;
    this.#startedMs = nowMs;
  }
}
