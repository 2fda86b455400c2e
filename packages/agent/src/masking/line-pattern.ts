const lookaround = /\(\?<?[=!]/;

/** A regular expression that is asked about lines. */
export class LinePattern {
  /** Finds all in one line. */
  readonly #inLine: RegExp;
  /**
   * Finds something in a text of lines wherever `#inLine` finds something in one of them, since the start and the end of
   * a line look the same to it there. What looks around would see the other lines, so it cannot be asked like this.
   */
  readonly #inLines: RegExp | undefined;

  constructor({ source, flags }: RegExp) {
    const own = flags.replaceAll(/[gmy]/g, "");
    this.#inLine = new RegExp(source, `${own}g`);
    this.#inLines = lookaround.test(source) ? undefined : new RegExp(source, `${own}m`);
  }

  /** False where no line of the text matches; much cheaper than asking about each. */
  mayMatchIn(lines: string): boolean {
    return this.#inLines?.test(lines) ?? true;
  }

  matches(line: string): boolean {
    return line.search(this.#inLine) !== -1;
  }

  replace(line: string, by: () => string): string {
    return line.replace(this.#inLine, (match) => (match === "" ? "" : by()));
  }
}

/** Matches every line, so that asking is idle. */
export function matchesAll({ source }: RegExp): boolean {
  return ["(?:)", ".*", "^.*$", "^.*", ".*$"].includes(source);
}
