import type { Row } from "../worker/messages.ts";
import { element, RowElement, type RowLook } from "./row-element.ts";

/**
 * The few rows that exist in the document, in the order they are seen. Scrolling by some rows moves that many
 * elements from one end to the other; the rest are not touched.
 */
export class RowPool {
  readonly node = element("div", "log-rows");
  #elements: RowElement[] = [];
  #first = 0;

  /** Shows rows `first` to `first + count - 1`, as `rowAt` gives them; undefined: not there yet. */
  show(first: number, count: number, rowAt: (index: number) => Row | undefined, look: RowLook): void {
    this.#resize(count);
    this.#rotate(first - this.#first);
    this.#first = first;
    this.#elements.forEach((row, i) => {
      row.show(first + i, rowAt(first + i), look);
    });
  }

  /** Heights as laid out, in order. */
  heights(): number[] {
    return this.#elements.map(({ node }) => node.getBoundingClientRect().height);
  }

  /** Width of the widest text that does not fit its column, drawn `shiftPx` to the left; 0: all fit. */
  overflowingTextPx(shiftPx: number): number {
    let widest = 0;
    for (const { node } of this.#elements) {
      const text = node.lastElementChild!;
      if (text.scrollWidth > text.clientWidth) widest = Math.max(widest, text.scrollWidth + shiftPx);
    }
    return widest;
  }

  /** Width of the text column. */
  get columnPx(): number {
    return this.#elements[0]?.node.lastElementChild?.clientWidth ?? 0;
  }

  #resize(count: number): void {
    while (this.#elements.length < count) {
      const row = new RowElement();
      this.#elements.push(row);
      this.node.append(row.node);
    }
    for (const surplus of this.#elements.splice(count)) surplus.node.remove();
  }

  #rotate(by: number): void {
    if (by === 0 || Math.abs(by) >= this.#elements.length) return;
    const moved = by > 0 ? this.#elements.splice(0, by) : this.#elements.splice(by);
    const nodes = moved.map(({ node }) => node);
    if (by > 0) {
      this.#elements.push(...moved);
      this.node.append(...nodes);
    } else {
      this.#elements.unshift(...moved);
      this.node.prepend(...nodes);
    }
  }
}
