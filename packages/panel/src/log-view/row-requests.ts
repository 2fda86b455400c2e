import type { LogFeed } from "./log-feed.ts";
import type { RowCache } from "./row-cache.ts";

export interface View {
  readonly isFollowing: boolean;
  /** The row at the upper edge, counted from 0. */
  readonly topRow: number;
  /** Rows that fit. */
  readonly size: number;
  /** The first line and the last there is; the first is row 0. */
  readonly first: number;
  readonly head: number;
}

/** Asks for the rows a view needs, each time once. */
export class RowRequests {
  #asked = "";

  constructor(
    private readonly feed: LogFeed,
    private readonly cache: RowCache,
  ) {}

  /** What was asked for has come, or will not come: the next `ask` asks anew. */
  forget(): void {
    this.#asked = "";
  }

  ask(view: View): void {
    if (view.isFollowing) this.#once(`end ${view.size}`, () => this.feed.follow(view.size));
    else {
      const [first, last] = this.#missing(view) ?? [0, 0];
      if (last > 0) this.#once(`${first} ${last}`, () => this.feed.window(first, last - first + 1));
    }
  }

  #once(what: string, ask: () => void): void {
    if (what === this.#asked) return;
    this.#asked = what;
    ask();
  }

  /** A screen above and below are asked for too, but only once what is half a screen away is missing. */
  #missing({ topRow, size, first, head }: View): [first: number, last: number] | undefined {
    const top = Math.floor(topRow) + first;
    const within = (margin: number): [number, number] => [
      Math.max(first, top - margin),
      Math.min(head, top + size + margin),
    ];
    const [nearFirst, nearLast] = within(Math.ceil(size / 2));
    return this.cache.holds(nearFirst, nearLast) ? undefined : within(size);
  }
}
