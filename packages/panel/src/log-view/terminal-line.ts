import { CellLine } from "./cell-line.ts";
import { applySgr } from "./sgr.ts";
import { plainStyle, type Run, type TextStyle } from "./text-style.ts";

/**
 * What a terminal would leave on the screen of one line of output: colours become runs, a carriage
 * return or backspace overwrites, "erase line" erases. Everything else a program could use to drive a
 * terminal (titles, links, cursor jumps to other lines) does nothing; control characters with no
 * meaning here are shown by their Unicode pictures, so that nothing in a log is invisible. Work is linear in
 * the text, whatever it holds.
 */
export function terminalRuns(text: string): Run[] {
  if (!hasControls.test(text)) return text === "" ? [] : [{ text }];
  return new TerminalLine(text).runs();
}

const hasControls = /[^\P{Cc}\t]/u;
const esc = "\x1b";

class TerminalLine {
  readonly #cells = new CellLine();
  #style: TextStyle = plainStyle;
  #position = 0;
  /** No string terminator stands after this position; asking again for each unfinished string would be quadratic. */
  #noTerminatorFrom = Number.POSITIVE_INFINITY;

  constructor(private readonly text: string) {}

  runs(): Run[] {
    while (this.#position < this.text.length) this.#step();
    return this.#cells.runs();
  }

  #step(): void {
    const character = String.fromCodePoint(this.text.codePointAt(this.#position)!);
    if (character === esc && this.#escapeSequence()) return;
    this.#position += character.length;
    this.#print(character);
  }

  #print(character: string): void {
    const code = character.charCodeAt(0);
    if (character === "\r") this.#cells.moveTo(0);
    else if (character === "\b") this.#cells.moveBy(-1);
    else if (code === 0x07 || code === 0x0e || code === 0x0f) return;
    else this.#cells.write(visible(character, code), this.#style);
  }

  /** Takes one whole sequence; false where it is not whole, and then its text is shown. */
  #escapeSequence(): boolean {
    const introducer = this.text[this.#position + 1];
    if (introducer === "[") return this.#controlSequence();
    if (introducer !== undefined && "]PX^_".includes(introducer)) return this.#string();
    return this.#shortSequence();
  }

  #controlSequence(): boolean {
    controlSequence.lastIndex = this.#position;
    const match = controlSequence.exec(this.text);
    if (match === null) return false;
    this.#position = controlSequence.lastIndex;
    this.#apply(match[2]!, match[1]!);
    return true;
  }

  #apply(command: string, parameters: string): void {
    const amount = Number(parameters || 1) || 1;
    if (command === "m") this.#style = applySgr(this.#style, parameters);
    else if (command === "K") this.#erase(parameters);
    else if (command === "G") this.#cells.moveTo(amount - 1);
    else if (command === "C") this.#cells.moveBy(amount);
    else if (command === "D") this.#cells.moveBy(-amount);
  }

  #erase(parameters: string): void {
    if (parameters === "1") this.#cells.eraseToStart();
    else if (parameters === "2") this.#cells.eraseAll();
    else this.#cells.eraseToEnd();
  }

  /** A title, a link or another string for the terminal: nothing of it is shown. */
  #string(): boolean {
    if (this.#position >= this.#noTerminatorFrom) return false;
    stringTerminator.lastIndex = this.#position + 2;
    if (!stringTerminator.test(this.text)) {
      this.#noTerminatorFrom = this.#position;
      return false;
    }
    this.#position = stringTerminator.lastIndex;
    return true;
  }

  #shortSequence(): boolean {
    shortSequence.lastIndex = this.#position;
    if (!shortSequence.test(this.text)) return false;
    this.#position = shortSequence.lastIndex;
    return true;
  }
}

const controlSequence = new RegExp(`${esc}\\[([0-?]{0,1024})[ -/]{0,8}([@-~])`, "y");
const stringTerminator = new RegExp(`\\x07|${esc}\\\\`, "g");
const shortSequence = new RegExp(`${esc}[ -/]{0,8}[0-~]`, "y");

/** U+2400 to U+2421 picture the control characters; those of U+0080 to U+009F have no picture. */
function visible(character: string, code: number): string {
  if (code === 0x09 || (code >= 0x20 && code < 0x7f) || code > 0x9f) return character;
  if (code === 0x7f) return "\u2421";
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
}
