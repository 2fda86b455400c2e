import { type Level, levelCode, levels, lineFlags, type Source, sourceCode, sources } from "@keruta/protocol";

/** The bits of a line's flags that hold source and level. */
const cellMask = 0b1111;

/** The lines a viewer wants, by source and level, exactly. */
export class LineSelection {
  readonly #wanted = new Uint8Array(cellMask + 1);
  /** Indices of a count table. */
  readonly #cells: number[] = [];
  /** The same for all selections of the same lines. */
  readonly key: string;

  /** Absent: all. */
  constructor(wantedSources: readonly Source[] = sources, wantedLevels: readonly Level[] = levels) {
    for (const source of wantedSources) for (const level of wantedLevels) this.#add(source, level);
    this.key = this.#wanted.join("");
  }

  get isAll(): boolean {
    return this.#cells.length === sources.length * levels.length;
  }

  has(flags: number): boolean {
    return this.#wanted[flags & cellMask] === 1;
  }

  /** Whether any line of a unit with this count table is wanted. */
  hasAny(counts: readonly number[]): boolean {
    return this.#cells.some((cell) => counts[cell]! > 0);
  }

  #add(source: Source, level: Level): void {
    const flags = lineFlags(sourceCode[source], levelCode[level]);
    if (this.has(flags)) return;
    this.#wanted[flags] = 1;
    this.#cells.push(sourceCode[source] * levels.length + levelCode[level]);
  }
}
