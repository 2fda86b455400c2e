import { detectLevel, isContinuation, LineFlag, levelCode, lineFlags } from "@keruta/protocol";
import type { OpenChunk } from "./open-chunk.ts";
import { characterStart, incompleteTail, repairUtf8 } from "./utf8.ts";

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts one source's bytes into lines of the open chunk. `\n` ends a line, `\r\n` too; a longer line
 * than `maxLineBytes` becomes several, cut between characters, all but the last `continued`. Invalid
 * UTF-8 is replaced. The result depends on the bytes alone, not on how they were split over reads.
 * Text that no newline has ended yet is held back, at most `maxLineBytes` and a few bytes of it.
 */
export class LineCutter {
  #held = new Uint8Array(256);
  #heldBytes = 0;
  #level: number = levelCode.INFO;
  #inLine = false;
  #unterminatedSinceUs = 0;

  /** `onFull` must take the open chunk's lines out. */
  constructor(
    private readonly source: number,
    private readonly maxLineBytes: number,
    private readonly chunk: OpenChunk,
    private readonly onFull: () => void,
  ) {}

  /** The text that no newline has ended yet. Valid until the next call. */
  get unterminated(): Uint8Array {
    return this.#held.subarray(0, this.#heldBytes);
  }

  /** When the first of it was read. */
  get unterminatedSinceUs(): number {
    return this.#unterminatedSinceUs;
  }

  push(block: Uint8Array, timeUs: number): void {
    let from = 0;
    if (this.#heldBytes > 0) {
      from = block.indexOf(newline) + 1;
      this.#hold(from === 0 ? block : block.subarray(0, from));
      if (from === 0) return this.#cutHeld(timeUs);
      const ended = this.unterminated;
      this.#heldBytes = 0;
      this.#addLines(ended, timeUs);
    }
    const end = block.lastIndexOf(newline) + 1;
    if (end > from) this.#addLines(block.subarray(from, end), timeUs);
    const rest = Math.max(end, from);
    if (rest === block.length) return;
    this.#unterminatedSinceUs = timeUs;
    this.#hold(block.subarray(rest));
    this.#cutHeld(timeUs);
  }

  /** What is held is the last line: the output has ended. */
  end(timeUs: number): void {
    if (this.#heldBytes === 0) return;
    const rest = this.#cutParts(this.#repair(this.unterminated), this.maxLineBytes, timeUs);
    this.#heldBytes = 0;
    this.#addPart(rest, timeUs);
    this.#inLine = false;
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, this.#held.length * 2));
      grown.set(this.unterminated);
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = needed;
  }

  /** Cuts off what is certain to be more than one line's worth, whether or not `\r\n` follows. */
  #cutHeld(timeUs: number): void {
    if (this.#heldBytes < this.maxLineBytes + 2) return;
    const held = this.unterminated;
    const tail = held.slice(held.length - incompleteTail(held));
    const text = this.#repair(held.subarray(0, held.length - tail.length)).slice();
    const rest = this.#cutParts(text, this.maxLineBytes + 1, timeUs);
    this.#heldBytes = 0;
    this.#hold(rest);
    this.#hold(tail);
  }

  /** Adds parts while more than `keepBytes` are left; returns what is left. */
  #cutParts(text: Uint8Array, keepBytes: number, timeUs: number): Uint8Array {
    let rest = text;
    while (rest.length > keepBytes) {
      const cut = characterStart(rest, this.maxLineBytes);
      this.#addPart(rest.subarray(0, cut), timeUs);
      rest = rest.subarray(cut);
    }
    return rest;
  }

  #addPart(text: Uint8Array, timeUs: number): void {
    this.chunk.addLine(text.length, this.#flagsOf(text, 0, text.length) | LineFlag.continued);
    this.#inLine = true;
    this.chunk.addText(text, timeUs);
    if (this.chunk.isFull(0)) this.onFull();
  }

  /** Whole lines: their bytes go into the chunk in one piece. */
  #addLines(raw: Uint8Array, timeUs: number): void {
    const bytes = this.#repair(raw);
    const { chunk } = this;
    let copied = 0;
    let start = 0;
    let lineEnd = bytes.indexOf(newline);
    while (lineEnd !== -1) {
      start = this.#addLine(bytes, start, lineEnd);
      if (chunk.isFull(start - copied)) {
        chunk.addText(bytes.subarray(copied, start), timeUs);
        copied = start;
        this.onFull();
      }
      if (start > lineEnd) lineEnd = bytes.indexOf(newline, start);
    }
    if (copied < bytes.length) chunk.addText(bytes.subarray(copied), timeUs);
  }

  /** Adds the line, or its first part where it is too long. Returns where the next one begins. */
  #addLine(bytes: Uint8Array, start: number, lineEnd: number): number {
    const crlf = lineEnd > start && bytes[lineEnd - 1] === carriageReturn;
    const end = crlf ? lineEnd - 1 : lineEnd;
    if (end - start <= this.maxLineBytes) {
      this.chunk.addLine(end - start, this.#flagsOf(bytes, start, end) | (crlf ? LineFlag.crlf : 0));
      this.#inLine = false;
      return lineEnd + 1;
    }
    const cut = characterStart(bytes, start + this.maxLineBytes);
    this.chunk.addLine(cut - start, this.#flagsOf(bytes, start, cut) | LineFlag.continued);
    this.#inLine = true;
    return cut;
  }

  #flagsOf(bytes: Uint8Array, start: number, end: number): number {
    const stated = this.#inLine ? -1 : detectLevel(bytes, start, end);
    if (stated !== -1) {
      this.#level = stated;
      return lineFlags(this.source, stated);
    }
    if (!this.#inLine && !isContinuation(bytes, start, end)) this.#level = levelCode.INFO;
    return lineFlags(this.source, this.#level, LineFlag.guessed);
  }

  #repair(bytes: Uint8Array): Uint8Array {
    const repaired = repairUtf8(bytes);
    if (repaired.replaced > 0) this.chunk.addInvalid(repaired.replaced);
    return repaired.bytes;
  }
}
