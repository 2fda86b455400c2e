import { characterWidth } from "./character-width.ts";
import { plainStyle, type Run, type TextStyle } from "./text-style.ts";

/** A hostile "move right by a billion" must not allocate a billion blanks. */
const maxColumns = 32_768;

/** One line of a terminal: cells that later output may overwrite. A wide character owns two cells. */
export class CellLine {
  readonly #texts: string[] = [];
  readonly #styles: TextStyle[] = [];
  #column = 0;

  write(character: string, style: TextStyle): void {
    const width = characterWidth(character);
    if (width === 0) this.#join(character);
    else if (this.#column < maxColumns) {
      this.#padTo(this.#column);
      this.#put(character, style);
      if (width === 2) this.#put("", style);
    }
  }

  moveTo(column: number): void {
    this.#column = Math.min(Math.max(column, 0), maxColumns);
  }

  moveBy(columns: number): void {
    this.moveTo(this.#column + columns);
  }

  eraseToEnd(): void {
    this.#truncate(this.#column);
  }

  eraseToStart(): void {
    for (let i = 0; i <= this.#column && i < this.#texts.length; i++) this.#blank(i);
  }

  eraseAll(): void {
    this.#truncate(0);
  }

  runs(): Run[] {
    const runs: Run[] = [];
    let start = 0;
    for (let i = 1; i <= this.#texts.length; i++) {
      if (i < this.#texts.length && this.#styles[i] === this.#styles[start]) continue;
      runs.push(runOf(this.#texts.slice(start, i).join(""), this.#styles[start]!));
      start = i;
    }
    return runs;
  }

  #join(mark: string): void {
    let before = Math.min(this.#column, this.#texts.length) - 1;
    if (this.#texts[before] === "") before--;
    if (before >= 0) this.#texts[before] += mark;
  }

  /** Overwriting half of a wide character leaves a blank where its other half was. */
  #put(text: string, style: TextStyle): void {
    const i = this.#column++;
    if (i > 0 && this.#texts[i] === "" && text !== "") this.#blank(i - 1);
    if (this.#texts[i + 1] === "" && text !== "") this.#texts[i + 1] = " ";
    this.#texts[i] = text;
    this.#styles[i] = style;
  }

  #padTo(column: number): void {
    while (this.#texts.length < column) {
      this.#texts.push(" ");
      this.#styles.push(plainStyle);
    }
  }

  #truncate(length: number): void {
    if (length >= this.#texts.length) return;
    this.#texts.length = length;
    this.#styles.length = length;
  }

  #blank(index: number): void {
    this.#texts[index] = " ";
    this.#styles[index] = plainStyle;
  }
}

function runOf(text: string, style: TextStyle): Run {
  return style === plainStyle ? { text } : { text, style };
}
