/** Sequence numbers as intervals: what is missing and what came twice can never hide each other. */
export class SequenceSet {
  /** Apart from each other, ascending. */
  #intervals: [first: number, last: number][] = [];

  /** Adds first..last and gives back how many of them were there already. */
  add(first: number, last: number): number {
    let doubled = 0;
    let [from, to] = [first, last];
    const apart = this.#intervals.filter(([a, b]) => {
      if (b < first - 1 || a > last + 1) return true;
      doubled += Math.max(0, Math.min(b, last) - Math.max(a, first) + 1);
      [from, to] = [Math.min(from, a), Math.max(to, b)];
      return false;
    });
    this.#intervals = [...apart, [from, to] as [number, number]].sort((x, y) => x[0] - y[0]);
    return doubled;
  }

  get count(): number {
    return this.#intervals.reduce((total, [first, last]) => total + last - first + 1, 0);
  }

  /** The holes in first..last, as text: "3-5 9". */
  missing(first: number, last: number): string {
    const holes: string[] = [];
    let due = first;
    for (const [a, b] of [...this.#intervals, [last + 1, last + 1]] as [number, number][]) {
      const end = Math.min(a - 1, last);
      if (end >= due) holes.push(end === due ? `${due}` : `${due}-${end}`);
      due = Math.max(due, b + 1);
    }
    return holes.join(" ");
  }

  toString(): string {
    return this.#intervals.map(([first, last]) => `${first}-${last}`).join(" ");
  }
}
