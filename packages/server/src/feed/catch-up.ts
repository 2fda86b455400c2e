import { releaseBytes } from "@keruta/protocol";
import { keyOf } from "../attempt-key.ts";
import { Garbage } from "../garbage.ts";
import type { FeedUnit } from "../outlet.ts";
import type { AttemptKey, LogStore } from "../store/log-store.ts";
import { feedUnit } from "./feed-unit.ts";

/** Asked of the store at a time: a viewer holds this much, or one unit that is larger, while it cannot send. */
const readBytes = 16 * 1024;
/** What was read last is kept for others at the same place; past this the oldest goes. */
const keptBytes = 256 * 1024;
/** The sockets of many viewers hold and let go of what is read. */
const collectEveryBytes = 1024 * 1024;

/** What a viewer reads from until it is done with it, which it says once. */
export interface Reading {
  readonly units: readonly FeedUnit[];
  done(): void;
}

interface Kept {
  readonly units: Promise<readonly FeedUnit[]>;
  bytes: number;
  readers: number;
}

/**
 * Reads for viewers that are behind the ring. Viewers at the same place share a read, at once or a little later, so
 * that a crowd that comes back costs one read and one copy. What is kept never gets wrong, since lines do not change; after
 * lines were deleted, what was read before is not given out any more. The memory of what is neither kept nor being read any
 * more is given back at once.
 */
export class CatchUp {
  /** In the order of reading, oldest first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  readonly #garbage = new Garbage(collectEveryBytes);

  constructor(private readonly store: LogStore) {}

  /** Lines up to `deletedThrough` are known to be deleted. */
  async read(attempt: AttemptKey, sequence: number, deletedThrough: number): Promise<Reading> {
    const key = `${keyOf(attempt)} ${sequence} ${deletedThrough}`;
    const kept = this.#kept.get(key) ?? this.#begin(key, attempt, sequence);
    kept.readers++;
    const units = await kept.units;
    return { units, done: () => this.#leave(key, kept, units) };
  }

  #begin(key: string, attempt: AttemptKey, sequence: number): Kept {
    const kept: Kept = { units: this.#read(attempt, sequence), bytes: 0, readers: 0 };
    this.#kept.set(key, kept);
    kept.units.then(
      (units) => this.#count(key, kept, units),
      () => this.#kept.delete(key),
    );
    return kept;
  }

  async #read(attempt: AttemptKey, sequence: number): Promise<readonly FeedUnit[]> {
    const units = await this.store.read(attempt, sequence, readBytes);
    const made = units.map((unit) => feedUnit(attempt.attempt, unit));
    for (const { frame } of units) {
      this.#garbage.made(frame.length);
      releaseBytes(frame);
    }
    return made;
  }

  #count(key: string, kept: Kept, units: readonly FeedUnit[]): void {
    if (this.#kept.get(key) !== kept) return;
    kept.bytes = units.reduce((bytes, unit) => bytes + unit.message.length, 0);
    this.#bytes += kept.bytes;
    // Nothing there yet is the one answer that does change.
    if (units.length === 0) this.#kept.delete(key);
    for (const [oldest, entry] of this.#kept) {
      if (this.#bytes <= keptBytes) return;
      this.#forget(oldest, entry);
    }
  }

  #forget(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    if (kept.readers === 0) kept.units.then(release, () => {});
  }

  #leave(key: string, kept: Kept, units: readonly FeedUnit[]): void {
    kept.readers--;
    if (kept.readers === 0 && this.#kept.get(key) !== kept) release(units);
  }
}

function release(units: readonly FeedUnit[]): void {
  for (const { message } of units) releaseBytes(message);
}
