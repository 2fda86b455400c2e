/** Heights of wrapped rows as they were laid out; the rest are taken for one line high. */
export class RowHeights {
  readonly #heights = new Map<number, number>();

  constructor(private readonly rowPx: number) {}

  readonly of = (row: number): number => this.#heights.get(row) ?? this.rowPx;

  /** Returns whether anything is not as it was taken for. */
  measured(first: number, heights: readonly number[]): boolean {
    let isNew = false;
    if (this.#heights.size > maxKept) this.#heights.clear();
    heights.forEach((height, i) => {
      if (this.of(first + i) === height) return;
      isNew = true;
      this.#heights.set(first + i, height);
    });
    return isNew;
  }

  clear(): void {
    this.#heights.clear();
  }
}

/** Only those near the view are asked for. */
const maxKept = 10_000;
