/**
 * Where the view stands in a log of any length.
 *
 * A browser's scroll axis ends at about 33 million pixels, a long log does not. So the canvas is capped
 * at `maxCanvasPx`, and a scroll event is read in one of two ways: a small move (a wheel, a key, a finger) is `local`
 * and moves the view by exactly as many pixels; a large one (the scrollbar) is `global` and maps the canvas to the
 * whole log: pixel by pixel near both ends, so that they can be reached, and scaled between. After local moves canvas
 * and view disagree; `anchor` says where the canvas should be put, and the caller does that when scrolling rests. (The idea is HighTable's, MIT, github.com/hyparam/hightable.)
 *
 * Rows are counted from 0. `topRow` may be fractional: the row at the upper edge and how much of it is
 * hidden. Row heights may differ (wrapped lines): `heightOf` gives them, and is only asked near the view.
 */
export class ScrollModel {
  topRow = 0;
  following = true;
  rowCount = 0;
  viewportPx = 0;
  /** Where the element stands as far as we know. */
  #scrollTop = 0;

  constructor(
    private readonly rowPx: number,
    private readonly maxCanvasPx: number,
    /** Absent: every row is `rowPx` high. */
    private readonly heightOf?: (row: number) => number,
  ) {}

  get canvasPx(): number {
    return Math.max(Math.min(this.#contentPx(), this.maxCanvasPx), this.viewportPx);
  }

  /** `topRow` when the last row's lower edge is at the viewport's. */
  get maxTopRow(): number {
    if (this.heightOf === undefined) return Math.max(0, this.rowCount - this.viewportPx / this.rowPx);
    let row = this.rowCount;
    let left = this.viewportPx;
    while (row > 0) {
      const height = this.heightOf(row - 1);
      if (height >= left) return row - left / height;
      left -= height;
      row--;
    }
    return 0;
  }

  get isAtEnd(): boolean {
    return this.topRow >= this.maxTopRow - 0.05;
  }

  /** The scroll position that stands for `topRow`. */
  get anchor(): number {
    const { firstRow, lastRow, edgePx, rangePx } = this.#scale();
    if (this.topRow <= firstRow) return Math.min(this.#pxBetween(0, this.topRow), edgePx);
    if (this.topRow >= lastRow)
      return rangePx - Math.min(this.#pxBetween(this.topRow, this.maxTopRow), edgePx);
    const share = (this.topRow - firstRow) / (lastRow - firstRow);
    return edgePx + share * (rangePx - 2 * edgePx);
  }

  /** Whether local moves are about to run into an edge of the canvas that is not an edge of the log. */
  get mustAnchor(): boolean {
    const margin = Math.min(this.viewportPx, this.canvasPx / 4);
    const isNearEdge = this.#scrollTop < margin || this.#scrollTop > this.canvasPx - this.viewportPx - margin;
    return isNearEdge && Math.abs(this.anchor - this.#scrollTop) > 1;
  }

  resize(rowCount: number, viewportPx: number): void {
    this.rowCount = rowCount;
    this.viewportPx = viewportPx;
    this.topRow = this.following ? this.maxTopRow : Math.min(this.topRow, this.maxTopRow);
  }

  /** The element was put there by us, not by the reader. */
  placed(scrollTop: number): void {
    this.#scrollTop = scrollTop;
  }

  /** Whether the element still stands where it was put or last scrolled to. */
  isAt(scrollTop: number): boolean {
    return Math.abs(scrollTop - this.#scrollTop) < 0.5;
  }

  /** The element was scrolled; an echo of `placed` changes nothing. Upwards ends following, arriving at the end resumes it. */
  scrolled(scrollTop: number): void {
    if (this.isAt(scrollTop)) return;
    const movedPx = scrollTop - this.#scrollTop;
    this.#scrollTop = scrollTop;
    if (Math.abs(movedPx) <= maxLocalRows * this.rowPx) this.moveBy(movedPx);
    else this.#jump(scrollTop);
    this.following = movedPx > 0 && this.isAtEnd;
  }

  /** Moves the view by pixels, whatever the canvas says. */
  moveBy(px: number): void {
    this.topRow = this.#walk(this.topRow, px);
    this.topRow = Math.min(Math.max(this.topRow, 0), this.maxTopRow);
  }

  /** Puts a row at the upper edge. */
  goTo(row: number): void {
    this.following = false;
    this.topRow = Math.min(Math.max(row, 0), this.maxTopRow);
  }

  follow(): void {
    this.following = true;
    this.topRow = this.maxTopRow;
  }

  #jump(scrollTop: number): void {
    const { firstRow, lastRow, edgePx, rangePx } = this.#scale();
    if (scrollTop <= edgePx) this.topRow = this.#walk(0, scrollTop);
    else if (scrollTop >= rangePx - edgePx) this.topRow = this.#walk(this.maxTopRow, scrollTop - rangePx);
    else {
      const share = (scrollTop - edgePx) / (rangePx - 2 * edgePx);
      this.topRow = firstRow + share * (lastRow - firstRow);
    }
  }

  /** How the canvas maps to the log: `edgePx` at both ends pixel by pixel, rows `firstRow` to `lastRow` scaled. */
  #scale() {
    const rangePx = this.canvasPx - this.viewportPx;
    const edgePx = Math.min(maxEdgePx, rangePx / 2);
    const firstRow = this.#walk(0, edgePx);
    const lastRow = this.#walk(this.maxTopRow, -edgePx);
    return { rangePx, edgePx, firstRow, lastRow };
  }

  /** Where `px` from the upper edge of `topRow` lies. */
  #walk(topRow: number, px: number): number {
    const { heightOf } = this;
    if (heightOf === undefined) return topRow + px / this.rowPx;
    let row = Math.min(Math.floor(topRow), Math.max(this.rowCount - 1, 0));
    let into = (topRow - row) * heightOf(row) + px;
    while (into < 0 && row > 0) into += heightOf(--row);
    while (into >= heightOf(row) && row < this.rowCount - 1) into -= heightOf(row++);
    return row + Math.max(into, 0) / heightOf(row);
  }

  #pxBetween(upper: number, lower: number): number {
    const { heightOf } = this;
    if (heightOf === undefined) return (lower - upper) * this.rowPx;
    const [first, last] = [Math.floor(upper), Math.floor(lower)];
    let px = (lower - last) * heightOf(last) - (upper - first) * heightOf(first);
    for (let row = first; row < last; row++) px += heightOf(row);
    return px;
  }

  #contentPx(): number {
    if (this.heightOf === undefined || this.rowCount > maxMeasuredRows) return this.rowCount * this.rowPx;
    let sum = 0;
    for (let row = 0; row < this.rowCount; row++) sum += this.heightOf(row);
    return sum;
  }
}

/** A wheel or PageDown moves by less, a scrollbar over a capped canvas by more. */
const maxLocalRows = 500;
/** Several screens. */
const maxEdgePx = 10_000;
/** With more rows than this, what wrapping adds to the canvas's height does not matter. */
const maxMeasuredRows = 500;

/** Chromium's scroll axis ends at 33,554,428 physical pixels; a reserve is kept, and a round cap for the rest. */
export function maxCanvasPx(devicePixelRatio: number): number {
  return Math.min(8_000_000, Math.floor((0.9 * 33_554_428) / devicePixelRatio));
}
