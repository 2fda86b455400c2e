import type { Row } from "../worker/messages.ts";

/** Rows the page holds on to: some screens around the view. */
const maxRows = 4_000;

/** Decoded rows by line. When it is full, those farthest from what came last are let go. */
export class RowCache {
  readonly #rows = new Map<number, Row>();

  get(sequence: number): Row | undefined {
    return this.#rows.get(sequence);
  }

  /** A line that is known is left as it is, so that its row is not drawn anew; only what follows it can change. */
  add(rows: readonly Row[]): void {
    for (const row of rows)
      if (this.#rows.get(row.sequence)?.isContinued !== row.isContinued) this.#rows.set(row.sequence, row);
    if (this.#rows.size > maxRows) this.#keepAround(rows[0]?.sequence ?? 0);
  }

  /** Whether every line from `first` to `last` is here. */
  holds(first: number, last: number): boolean {
    for (let sequence = first; sequence <= last; sequence++) if (!this.#rows.has(sequence)) return false;
    return true;
  }

  #keepAround(center: number): void {
    for (const sequence of this.#rows.keys())
      if (Math.abs(sequence - center) > maxRows / 4) this.#rows.delete(sequence);
  }
}
