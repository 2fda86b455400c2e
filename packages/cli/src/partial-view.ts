import type { Source } from "@keruta/protocol";
import { terminalText } from "./terminal-text.ts";

const eraseRow = "\r\x1b[K";

/**
 * The text that no newline has ended yet (a prompt, a progress bar), in the row below the last line of
 * a terminal. It is erased before anything else is printed, since the line itself follows when it ends.
 */
export class PartialView {
  readonly #texts = new Map<Source, string>();
  #isShown = false;

  constructor(
    private readonly sources: readonly Source[],
    private readonly keepColours: boolean,
    /** Whether the cursor stands in a line that goes on: then there is no row to use. */
    private readonly isMidLine: () => boolean,
  ) {}

  /** What to write so that the row shows this text; empty: there is none any more. */
  show(source: Source, text: string): string {
    this.#texts.delete(source);
    if (text !== "" && this.sources.includes(source)) this.#texts.set(source, text);
    const erase = this.#erase();
    const latest = [...this.#texts.values()].at(-1);
    if (latest === undefined || this.isMidLine()) return erase;
    this.#isShown = true;
    return `${erase}${this.#oneRow(latest)}`;
  }

  /** What to write before anything else; what was unended is told again where it still is. */
  clear(): string {
    this.#texts.clear();
    return this.#erase();
  }

  #erase(): string {
    const erase = this.#isShown ? eraseRow : "";
    this.#isShown = false;
    return erase;
  }

  /** A text that wrapped could not be erased again. */
  #oneRow(text: string): string {
    const row = Bun.sliceAnsi(
      terminalText(text, this.keepColours).replaceAll("\n", " "),
      0,
      process.stdout.columns - 1,
    );
    return this.keepColours ? `${row}\x1b[0m` : row;
  }
}
