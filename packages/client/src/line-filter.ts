import {
  countCells,
  flagsLevel,
  flagsSource,
  type Level,
  levels,
  type Source,
  sources,
} from "@keruta/protocol";

/** Absent: every one. */
export interface LineFilter {
  readonly sources?: readonly Source[] | undefined;
  readonly levels?: readonly Level[] | undefined;
}

/** A filter made ready to be asked of lines by their flags byte, and of blocks by their count table. */
export class LineMatcher {
  /** By cell of a count table. */
  readonly #wanted: Uint8Array;
  /** By the low four bits of a flags byte. */
  readonly #wantedFlags = new Uint8Array(16);

  constructor(filter: LineFilter) {
    this.#wanted = Uint8Array.from({ length: countCells }, (_, cell) => {
      const source = sources[Math.floor(cell / levels.length)]!;
      const level = levels[cell % levels.length]!;
      return (filter.sources?.includes(source) ?? true) && (filter.levels?.includes(level) ?? true) ? 1 : 0;
    });
    for (let flags = 0; flags < this.#wantedFlags.length; flags++)
      this.#wantedFlags[flags] = this.#wanted[flagsSource(flags) * levels.length + flagsLevel(flags)] ?? 0;
  }

  get matchesAll(): boolean {
    return this.#wanted.every((wanted) => wanted === 1);
  }

  matches(flags: number): boolean {
    return this.#wantedFlags[flags & 0x0f] === 1;
  }

  /** Whether a block with this count table holds a matching line. */
  matchesAny(counts: readonly number[]): boolean {
    return counts.some((count, cell) => count > 0 && this.#wanted[cell] === 1);
  }
}
