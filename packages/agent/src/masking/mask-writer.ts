import { GrowingBytes } from "./growing-bytes.ts";

/** Stands for what is not to be seen. */
export const mask = "***";

const maskBytes = new TextEncoder().encode(mask);
const newline = 0x0a;
const carriageReturn = 0x0d;

interface Range {
  readonly from: number;
  to: number;
}

/**
 * Gives out a text with some of its bytes masked: each unbroken run of them as one `***`. Line ends are never masked, so
 * that a log has as many lines as the program wrote. A run may go on from one text to the next.
 */
export class MaskWriter {
  /** Runs that were masked, in all texts. */
  masked = 0;
  #text: Uint8Array = new Uint8Array(0);
  #at = 0;
  #ranges: Range[] = [];
  #isInRun = false;
  #out = new GrowingBytes();

  /** What stands before `at` has been given out. */
  begin(text: Uint8Array, at: number): void {
    this.#text = text;
    this.#at = at;
    this.#ranges = [];
  }

  /** To be called in the order of `from`. */
  mask(from: number, to: number): void {
    if (to <= from) return;
    const last = this.#ranges.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else this.#ranges.push({ from, to });
  }

  /** How far what is masked just before `at` goes on from there; `at` where it does not. */
  maskedTo(at: number): number {
    return this.#ranges.find(({ from, to }) => from < at && to > at)?.to ?? at;
  }

  /**
   * Gives out what stands before `end`: the text's own memory where nothing of it is masked, else memory that is
   * written again by the next call.
   */
  finish(end: number): Uint8Array {
    if (end <= this.#at) return this.#text.subarray(0, 0);
    if ((this.#ranges[0]?.from ?? end) >= end) {
      this.#isInRun = false;
      return this.#text.subarray(this.#at, end);
    }
    for (const range of this.#ranges) this.#giveRange(Math.min(range.from, end), Math.min(range.to, end));
    this.#giveAsItIs(end);
    return this.#out.take();
  }

  /** What was given out before stays as it is. */
  leaveMemory(): void {
    this.#out = new GrowingBytes();
  }

  #giveRange(from: number, to: number): void {
    this.#giveAsItIs(from);
    while (this.#at < to) {
      const byte = this.#text[this.#at]!;
      if (byte === newline || byte === carriageReturn) this.#giveAsItIs(this.#at + 1);
      else this.#giveMasked();
    }
  }

  #giveAsItIs(to: number): void {
    if (to <= this.#at) return;
    this.#out.add(this.#text.subarray(this.#at, to));
    this.#at = to;
    this.#isInRun = false;
  }

  #giveMasked(): void {
    this.#at++;
    if (this.#isInRun) return;
    this.#out.add(maskBytes);
    this.#isInRun = true;
    this.masked++;
  }
}
