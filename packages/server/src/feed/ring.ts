import { lastSequence, releaseBytes } from "@keruta/protocol";
import type { FeedUnit } from "../outlet.ts";

/**
 * The most recent chunks of one watched attempt, in order and without a hole. Oldest go first, and their messages
 * are empty from then on: what `find` answers is to be used at once.
 */
export class Ring {
  #units: FeedUnit[] = [];
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  push(unit: FeedUnit): void {
    const newest = this.#units.at(-1);
    if (newest !== undefined && lastSequence(newest.header) + 1 !== unit.header.firstSequence) this.clear();
    this.#units.push(unit);
    this.#bytes += unit.message.length;
    let gone = 0;
    while (this.#bytes > this.maxBytes) this.#bytes -= this.#units[gone++]!.message.length;
    for (const { message } of this.#units.splice(0, gone)) releaseBytes(message);
  }

  /** The unit that holds the line. */
  find(sequence: number): FeedUnit | undefined {
    let low = 0;
    let high = this.#units.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const unit = this.#units[middle]!;
      if (sequence < unit.header.firstSequence) high = middle - 1;
      else if (sequence > lastSequence(unit.header)) low = middle + 1;
      else return unit;
    }
    return undefined;
  }

  clear(): void {
    for (const { message } of this.#units) releaseBytes(message);
    this.#units = [];
    this.#bytes = 0;
  }
}
