import { bounds } from "../bounds.ts";
import { addMissing, type MissingLines, missingLinesText } from "../missing-lines.ts";

/** Counts the lines that are left out of a log and has the log say so, now and then and at the end. */
export class LeftOutLines {
  lines = 0;
  #untold: MissingLines | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly nowUs: () => number,
    private readonly say: (text: string) => void,
  ) {}

  add(lines: number, bytes: number): void {
    this.lines += lines;
    const nowUs = this.nowUs();
    const missing = { lines, bytes, fromUs: nowUs, toUs: nowUs };
    this.#untold = this.#untold === undefined ? missing : addMissing(this.#untold, missing);
    this.#timer ??= setTimeout(() => this.tell(), bounds.leftOutToldEveryMs);
  }

  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#untold === undefined) return;
    this.say(missingLinesText(this.#untold, why));
    this.#untold = undefined;
  }
}

const why =
  "logStreaming.level, or excludePatterns or includePatterns of logStreaming.filters, leave them out";
