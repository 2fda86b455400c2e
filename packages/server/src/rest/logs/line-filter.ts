import {
  type ChunkHeader,
  countCells,
  flagsLevel,
  flagsSource,
  type Level,
  levelCode,
  levels,
  type Source,
  sourceCode,
} from "@keruta/protocol";

export interface LineFilterOptions {
  readonly source?: Source | undefined;
  readonly level?: Level | undefined;
  /** Both inclusive. */
  readonly fromUs?: number | undefined;
  readonly throughUs?: number | undefined;
}

/** Which lines are asked for; answers for a whole unit by its header where that is enough. */
export class LineFilter {
  /** Whether lines of a source and level (the cells of a count table) are asked for. */
  readonly #cells: readonly boolean[];
  readonly #fromUs: number;
  readonly #throughUs: number;

  constructor({ source, level, fromUs, throughUs }: LineFilterOptions) {
    this.#cells = Array.from(
      { length: countCells },
      (_, cell) =>
        (source === undefined || Math.floor(cell / levels.length) === sourceCode[source]) &&
        (level === undefined || cell % levels.length === levelCode[level]),
    );
    this.#fromUs = fromUs ?? 0;
    this.#throughUs = throughUs ?? Number.MAX_SAFE_INTEGER;
  }

  /** Whether count tables alone tell how many lines match. */
  get isTimeless(): boolean {
    return this.#fromUs === 0 && this.#throughUs === Number.MAX_SAFE_INTEGER;
  }

  /** How many lines of a count table match, their times aside. */
  countIn(counts: readonly number[]): number {
    return counts.reduce((sum, count, cell) => (this.#cells[cell] === true ? sum + count : sum), 0);
  }

  /** How many lines of a unit match; undefined: its lines have to be looked at. */
  countOf(header: ChunkHeader): number | undefined {
    const { firstTimeUs, lastTimeUs } = header;
    if (lastTimeUs < this.#fromUs || firstTimeUs > this.#throughUs) return 0;
    const count = this.countIn(header.counts);
    const isWithin = firstTimeUs >= this.#fromUs && lastTimeUs <= this.#throughUs;
    return isWithin || count === 0 ? count : undefined;
  }

  matches(flags: number, timeUs: number): boolean {
    const cell = flagsSource(flags) * levels.length + flagsLevel(flags);
    return this.#cells[cell] === true && timeUs >= this.#fromUs && timeUs <= this.#throughUs;
  }
}
