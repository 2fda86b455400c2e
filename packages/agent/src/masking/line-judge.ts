import { detectLevel, type Level, levelCode } from "@keruta/protocol";
import { LinePattern, matchesAll } from "./line-pattern.ts";
import { mask } from "./mask-writer.ts";

export interface LinePatterns {
  /** What they match is masked. */
  readonly patterns: readonly RegExp[];
  /** What they match is masked; with `drop`, the lines they match are left out. */
  readonly excludePatterns: readonly RegExp[];
  /** Where there are any that do not match everything, lines that match none of them are left out. */
  readonly includePatterns: readonly RegExp[];
  readonly mode: "mask" | "drop";
  /** Lines that state a lower level are left out; those that state none stay, such as a stack trace's. */
  readonly leastLevel?: Level;
}

/** A line states its level at its beginning. */
const statedWithin = 512;
const encoder = new TextEncoder();

/** Decides by regular expressions what of a line may be seen. */
export class LineJudge {
  readonly #masked: readonly LinePattern[];
  readonly #dropped: readonly LinePattern[];
  readonly #kept: readonly LinePattern[];
  readonly #leastLevel: number;

  constructor({ patterns, excludePatterns, includePatterns, mode, leastLevel = "DEBUG" }: LinePatterns) {
    const linePattern = (pattern: RegExp) => new LinePattern(pattern);
    // What would drop a line of which a part has been seen already masks it instead.
    this.#masked = [...patterns, ...excludePatterns].map(linePattern);
    this.#dropped = mode === "drop" ? excludePatterns.map(linePattern) : [];
    this.#kept = includePatterns.some(matchesAll) ? [] : includePatterns.map(linePattern);
    this.#leastLevel = levelCode[leastLevel];
  }

  get isIdle(): boolean {
    return this.#masked.length === 0 && !this.#judgesEveryLine;
  }

  /** False where every line may be seen as it is. */
  concerns(lines: string): boolean {
    return this.#judgesEveryLine || this.#masked.some((pattern) => pattern.mayMatchIn(lines));
  }

  drops(line: string): boolean {
    if (this.#dropped.some((pattern) => pattern.matches(line)) || this.#isBelowLevel(line)) return true;
    return this.#kept.length > 0 && !this.#kept.some((pattern) => pattern.matches(line));
  }

  /** The line with what must not be seen masked; `onMask` is called for each place. */
  masks(line: string, onMask: () => void): string {
    const masking = () => {
      onMask();
      return mask;
    };
    return this.#masked.reduce((text, pattern) => pattern.replace(text, masking), line);
  }

  get #judgesEveryLine(): boolean {
    return this.#kept.length > 0 || this.#leastLevel > 0;
  }

  #isBelowLevel(line: string): boolean {
    if (this.#leastLevel === 0) return false;
    const bytes = encoder.encode(line.slice(0, statedWithin));
    const stated = detectLevel(bytes, 0, bytes.length);
    return stated !== -1 && stated < this.#leastLevel;
  }
}
