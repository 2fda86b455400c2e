import { keyOf } from "../attempt-key.ts";
import type { AttemptKey, LogStore } from "../store/log-store.ts";
import { type FeedUnit, feedUnit } from "./feed-unit.ts";

/**
 * Reads for viewers that are behind the ring. Viewers that ask for the same place while a read is under way share
 * it, so that a crowd that comes back at once costs one read.
 */
export class CatchUp {
  readonly #underWay = new Map<string, Promise<FeedUnit[]>>();

  constructor(private readonly store: LogStore) {}

  read(attempt: AttemptKey, sequence: number, maxBytes: number): Promise<FeedUnit[]> {
    const key = `${keyOf(attempt)} ${sequence} ${maxBytes}`;
    const before = this.#underWay.get(key);
    if (before !== undefined) return before;
    const reading = this.#read(attempt, sequence, maxBytes).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, reading);
    return reading;
  }

  async #read(attempt: AttemptKey, sequence: number, maxBytes: number): Promise<FeedUnit[]> {
    const units = await this.store.read(attempt, sequence, maxBytes);
    return units.map((unit) => feedUnit(attempt.attempt, unit));
  }
}
