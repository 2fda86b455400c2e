import { element, lineNumber } from "./row-element.ts";
import type { RowPool } from "./row-pool.ts";

/**
 * The elements between scroller and rows: a canvas that only gives the scrollbars their length, and a
 * layer that stays where the reader looks and holds the rows.
 */
export class LogCanvas {
  readonly #canvas = element("div", "log-canvas");
  readonly #layer = element("div", "log-layer");
  #widestTextPx = 0;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly pool: RowPool,
  ) {
    this.#layer.append(pool.node);
    this.#canvas.append(this.#layer);
    scroller.replaceChildren(this.#canvas);
  }

  /** Returns whether the browser scrolled because of it: a shorter canvas can make it. */
  setHeight(px: number): boolean {
    const height = `${px}px`;
    if (this.#canvas.style.height === height) return false;
    const before = this.scroller.scrollTop;
    this.#canvas.style.height = height;
    return this.scroller.scrollTop !== before;
  }

  /** The layer covers exactly what is in view; the number column is as wide as the last number. */
  fitLayer(viewportPx: number, rowCount: number): void {
    this.#layer.style.height = `${viewportPx}px`;
    this.#layer.style.width = `${this.scroller.clientWidth}px`;
    this.#layer.style.setProperty("--number-width", `${Math.max(4, lineNumber(rowCount).length)}ch`);
  }

  /** As wide as the widest text seen so far asks for; only the text column moves sideways. */
  widen(): void {
    const shift = this.scroller.scrollLeft;
    this.#layer.style.setProperty("--shift", `${-shift}px`);
    const overflowing = this.pool.overflowingTextPx(shift);
    if (overflowing <= this.#widestTextPx) return;
    this.#widestTextPx = overflowing;
    this.#canvas.style.width = `${this.scroller.clientWidth - this.pool.columnPx + overflowing}px`;
  }

  resetWidth(): void {
    this.#widestTextPx = 0;
    this.#canvas.style.width = "100%";
  }
}
