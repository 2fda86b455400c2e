import { flagsLevel, flagsSource, type LineBlock, LineFlag, levelCode, sourceCode } from "@keruta/protocol";
import { type LineChoice, type LineRenderer, shows } from "./line-renderer.ts";
import { terminalText } from "./terminal-text.ts";
import { isoTime } from "./times.ts";

export interface TerminalStyle {
  readonly timestamps: boolean;
  readonly colours: boolean;
}

const reset = "\x1b[0m";
const dim = "\x1b[2m";
const red = "\x1b[31m";
const yellow = "\x1b[33m";
const cyan = "\x1b[36m";

const levelColour: readonly string[] = Object.entries(levelCode)
  .sort(([, a], [, b]) => a - b)
  .map(([level]) => ({ DEBUG: dim, INFO: "", WARN: yellow, ERROR: red })[level] ?? "");

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Lines for a person at a terminal: safe to show, coloured by level, stderr and the agent's lines marked. */
export class TerminalRenderer implements LineRenderer {
  /** The source of a line that goes on; undefined: at the start of a line. */
  #openSource: number | undefined;

  constructor(
    private readonly choice: LineChoice,
    private readonly style: TerminalStyle,
  ) {}

  get isMidLine(): boolean {
    return this.#openSource !== undefined;
  }

  render(block: LineBlock, start: number, end: number): Uint8Array {
    const parts: string[] = [];
    for (let index = start; index < end; index++)
      if (shows(block, index, this.choice)) parts.push(this.#line(block, index));
    return utf8.encode(parts.join(""));
  }

  finish(): Uint8Array {
    const rest = this.#openSource === undefined ? "" : "\n";
    this.#openSource = undefined;
    return utf8.encode(rest);
  }

  #line(block: LineBlock, index: number): string {
    const flags = block.flags[index]!;
    const source = flagsSource(flags);
    const continues = this.#openSource === source;
    const before = this.#openSource === undefined || continues ? "" : "\n";
    const isOpen = (flags & LineFlag.continued) !== 0;
    this.#openSource = isOpen ? source : undefined;
    const prefix = continues ? "" : this.#prefix(block, index, source);
    return `${before}${prefix}${this.#body(block, index, flags)}${isOpen ? "" : "\n"}`;
  }

  #prefix(block: LineBlock, index: number, source: number): string {
    const time = this.style.timestamps ? this.#paint(dim, isoTime(block.timeUs(index))).concat(" ") : "";
    const mark = source === sourceCode.stderr ? red : source === sourceCode.agent ? cyan : undefined;
    return mark === undefined || !this.style.colours ? time : `${time}${mark}▏${reset}`;
  }

  #body(block: LineBlock, index: number, flags: number): string {
    const shown = terminalText(text.decode(block.textBytes(index)), this.style.colours);
    const ownColours = shown.includes("\x1b");
    if (ownColours) return `${shown}${reset}`;
    return this.#paint(levelColour[flagsLevel(flags)] ?? "", shown);
  }

  #paint(colour: string, shown: string): string {
    return this.style.colours && colour !== "" && shown !== "" ? `${colour}${shown}${reset}` : shown;
  }
}
