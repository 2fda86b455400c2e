import { Garbage } from "../garbage.ts";
import type { FeedUnit } from "../outlet.ts";
import { DecodedUnits } from "./decoded-units.ts";
import type { LineSelection } from "./line-selection.ts";
import { type LineOwner, type LineRange, type Slice, sliceOf } from "./log-messages.ts";

/** Slices are kept up to this length together: viewers of one task that want the same lines are at about the same place. */
const keptLength = 1024 * 1024;

/** A log in JSON is several times its size in text. */
const collectEveryLength = 16 * 1024 * 1024;

/** Makes what is sent to JSON viewers: once for all that want the same lines and are at the same place. */
export class SharedSlices {
  readonly #units = new DecodedUnits();
  /** Units have no name that lasts: merging replaces them. */
  readonly #ids = new WeakMap<FeedUnit, number>();
  #lastId = 0;
  /** In the order of making. */
  readonly #kept = new Map<string, Slice>();
  #length = 0;
  readonly #garbage = new Garbage(collectEveryLength);

  /** Messages of lines of the unit, from `range.next` on, which it holds. */
  get(unit: FeedUnit, owner: LineOwner, range: LineRange, selection: LineSelection): Slice {
    const key = `${this.#idOf(unit)} ${range.next} ${range.last} ${selection.key}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const slice = sliceOf(this.#units.get(unit), owner, range, selection);
    this.#keep(key, slice);
    this.#garbage.made(slice.length);
    return slice;
  }

  #keep(key: string, slice: Slice): void {
    this.#kept.set(key, slice);
    this.#length += slice.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#length <= keptLength) break;
      this.#kept.delete(oldest);
      this.#length -= length;
    }
  }

  #idOf(unit: FeedUnit): number {
    const id = this.#ids.get(unit) ?? ++this.#lastId;
    this.#ids.set(unit, id);
    return id;
  }
}
