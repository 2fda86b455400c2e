import { bounds } from "../bounds.ts";
import { incompleteTail, partEnd } from "../utf8.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import type { LineJudge } from "./line-judge.ts";

const newline = 0x0a;
const nothing = new Uint8Array(0);
const lineEnd = /\r?\n$/;
// ignoreBOM: a byte order mark in the middle of a log is the program's text.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Shows a stream's lines as a judge decides. A line waits for its end; `release` shows of one that does not come to its
 * end what may be seen of it so far. From then on it is not left out any more: what would have had it left out is
 * masked. So is what a line longer than `maxJudgedLineBytes` has behind its first part, since it is judged in parts.
 * Invalid UTF-8 is replaced in a line that is changed, and nowhere else.
 *
 * What a call returns is good until the next one; before `end` also longer.
 */
export class LineFilter {
  /** How often something was masked. */
  masked = 0;
  /** The line that has not ended, from where it has been judged for good. */
  #rest: Uint8Array = nothing;
  /** What `release` has shown of it. */
  #shown: Uint8Array = nothing;
  /** Of the line that has not ended: whether it is left out, once that cannot change any more. */
  #isLeftOut: boolean | undefined;
  readonly #joined = new GrowingBytes();
  #out = new GrowingBytes();

  /** `onLeftOut` is told of each line that is left out, once, and of its bytes. */
  constructor(
    private readonly judge: LineJudge,
    private readonly onLeftOut: (lines: number, bytes: number) => void,
  ) {}

  /** Whether a line waits for its end. */
  get isHolding(): boolean {
    return this.#rest.length > 0;
  }

  push(block: Uint8Array): Uint8Array {
    const text = this.#join(block);
    const end = text.lastIndexOf(newline) + 1;
    const lines = text.subarray(0, end);
    const isLong = text.length - end > bounds.maxJudgedLineBytes;
    const decoded = decoder.decode(lines);
    if (this.#isFresh && !isLong && !this.judge.concerns(decoded)) {
      this.#rest = new Uint8Array(text.subarray(end));
      return lines;
    }
    this.#judgeLines(lines, decoded);
    this.#rest = new Uint8Array(this.#judgeParts(text.subarray(end)));
    return this.#out.take();
  }

  /** Nothing has followed for a while. */
  release(): Uint8Array {
    const seen = this.#rest.subarray(0, this.#rest.length - incompleteTail(this.#rest));
    const line = decoder.decode(seen);
    if (line === "" || (this.#isLeftOut ?? this.judge.drops(line))) return nothing;
    this.#isLeftOut = false;
    const visible = encoder.encode(this.judge.masks(line, () => {}));
    const unseen = this.#unseenOf(visible);
    this.#shown = visible;
    return unseen;
  }

  /** Nothing will follow the last bytes: what no newline ends is a line too. */
  end(last: Uint8Array): Uint8Array {
    this.#out = new GrowingBytes();
    const text = Buffer.concat([this.#rest, last]);
    const end = text.lastIndexOf(newline) + 1;
    this.#judgeLines(text.subarray(0, end), decoder.decode(text.subarray(0, end)));
    const rest = this.#judgeParts(text.subarray(end));
    if (rest.length > 0) this.#judgeLine(rest, decoder.decode(rest));
    this.#rest = nothing;
    return this.#out.take();
  }

  /** Nothing of the line that comes next has been judged yet. */
  get #isFresh(): boolean {
    return this.#isLeftOut === undefined;
  }

  #join(block: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return block;
    this.#joined.add(this.#rest);
    this.#joined.add(block);
    return this.#joined.take();
  }

  /** The same lines as bytes and as text: line ends are the same in both, whatever else is. */
  #judgeLines(bytes: Uint8Array, text: string): void {
    for (let [from, textFrom] = [0, 0]; from < bytes.length; ) {
      const end = bytes.indexOf(newline, from) + 1;
      const textEnd = text.indexOf("\n", textFrom) + 1;
      const line = bytes.subarray(from, end);
      if (line.length > bounds.maxJudgedLineBytes) {
        const rest = this.#judgeParts(line);
        this.#judgeLine(rest, decoder.decode(rest));
      } else this.#judgeLine(line, text.slice(textFrom, textEnd));
      [from, textFrom] = [end, textEnd];
    }
  }

  /** Judges parts of a line while more than one is left; returns what is left. */
  #judgeParts(line: Uint8Array): Uint8Array {
    let rest = line;
    while (rest.length > bounds.maxJudgedLineBytes) {
      const end = partEnd(rest, bounds.maxJudgedLineBytes);
      const part = rest.subarray(0, end);
      this.#judgeLine(part, decoder.decode(part));
      rest = rest.subarray(end);
    }
    return rest;
  }

  /** A line, or a part of one if it has no end. */
  #judgeLine(bytes: Uint8Array, text: string): void {
    const body = text.replace(lineEnd, "");
    if (this.#isLeftOut === undefined) {
      this.#isLeftOut = this.judge.drops(body);
      if (this.#isLeftOut) this.onLeftOut(1, 0);
    }
    if (this.#isLeftOut) this.onLeftOut(0, bytes.length);
    else this.#showLine(bytes, body, text.slice(body.length));
    if (body.length < text.length) this.#isLeftOut = undefined;
  }

  #showLine(bytes: Uint8Array, body: string, end: string): void {
    const visible = this.judge.masks(body, () => this.masked++);
    const isAsItWas = visible === body && this.#shown.length === 0;
    this.#out.add(isAsItWas ? bytes : this.#unseenOf(encoder.encode(visible + end)));
    this.#shown = nothing;
  }

  /** What has been shown stays: the rest begins where it differs from it. */
  #unseenOf(visible: Uint8Array): Uint8Array {
    let same = 0;
    while (same < this.#shown.length && this.#shown[same] === visible[same]) same++;
    return visible.subarray(same);
  }
}
