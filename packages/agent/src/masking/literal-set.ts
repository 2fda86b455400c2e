/** The bytes a shift is decided by. Two are too few: of the pairs in common use most would be in some literal. */
const blockBytes = 3;
const hashBits = 16;
const hashMask = (1 << hashBits) - 1;
/** Shifts are bytes, and longer windows would not make the search faster. */
const maxWindowBytes = 128;

/**
 * Finds many byte strings in a text at once, by the algorithm of Sun Wu and Udi Manber ("A fast algorithm for
 * multi-pattern searching", University of Arizona, TR-94-17, 1994). A window as long as the shortest literal is laid
 * on the text. The last three bytes under it say how far it can be moved without passing over the beginning of a
 * literal, which for most text is nearly its length; only where they end some literal's beginning is anything compared.
 */
export class LiteralSet {
  /** How long the occurrence is that was found last: of several at one place the longest. */
  foundBytes = 0;
  readonly #sorted: readonly Uint8Array[];
  readonly #windowBytes: number;
  readonly #longestBytes: number;
  readonly #shifts = new Uint8Array(1 << hashBits);
  /** By the hash of the block that ends the window: the literals that may begin there, longest first. */
  readonly #byWindow = new Map<number, Uint8Array[]>();
  /** Whether a literal begins with a block of this hash. */
  readonly #begins = new Uint8Array(1 << hashBits);

  /** Literals are at least three bytes long and none is there twice. */
  constructor(literals: readonly Uint8Array[]) {
    this.#windowBytes = literals.reduce((least, { length }) => Math.min(least, length), maxWindowBytes);
    this.#longestBytes = literals.reduce((most, { length }) => Math.max(most, length), 0);
    this.#sorted = [...literals].sort(Buffer.compare);
    this.#shifts.fill(this.#windowBytes - blockBytes + 1);
    for (const literal of [...literals].sort((a, b) => b.length - a.length)) this.#enter(literal);
  }

  #enter(literal: Uint8Array): void {
    const last = this.#windowBytes - 1;
    for (let at = blockBytes - 1; at <= last; at++) {
      // `blockHash` written out: called at every place of every literal it is compiled already for one secret, which
      // costs an agent 2 MiB for as long as it runs.
      const hash = ((literal[at - 2]! << 10) ^ (literal[at - 1]! << 5) ^ literal[at]!) & hashMask;
      if (last - at < this.#shifts[hash]!) this.#shifts[hash] = last - at;
    }
    const hash = blockHash(literal, last);
    const others = this.#byWindow.get(hash);
    if (others === undefined) this.#byWindow.set(hash, [literal]);
    else others.push(literal);
    this.#begins[blockHash(literal, blockBytes - 1)] = 1;
  }

  /** Where the next literal begins, at `from` or after it, that ends at `end` or before it; -1 where there is none. */
  find(text: Uint8Array, from: number, end: number): number {
    if (this.#sorted.length === 0) return -1;
    const last = this.#windowBytes - 1;
    let at = nextWindowEnd(this.#shifts, text, from + last, end);
    while (at < end && !this.#isAt(text, at - last, end)) at = nextWindowEnd(this.#shifts, text, at + 1, end);
    return at < end ? at - last : -1;
  }

  #isAt(text: Uint8Array, start: number, end: number): boolean {
    // Of the windows that end like a literal's beginning, few begin like one.
    if (this.#begins[blockHash(text, start + blockBytes - 1)] === 0) return false;
    const candidates = this.#byWindow.get(blockHash(text, start + this.#windowBytes - 1));
    const found = candidates?.find(
      (literal) => start + literal.length <= end && standsAt(text, start, literal),
    );
    if (found === undefined) return false;
    this.foundBytes = found.length;
    return true;
  }

  /**
   * Where the text between `from` and `end` may have begun a literal that is not over yet: the first place from which
   * all the rest begins a longer literal. `end` where there is none.
   */
  unfinishedFrom(text: Uint8Array, from: number, end: number): number {
    let at = Math.max(from, end - this.#longestBytes + 1);
    for (; at + blockBytes <= end; at++)
      if (this.#begins[blockHash(text, at + blockBytes - 1)] === 1 && this.#beginsOne(text.subarray(at, end)))
        return at;
    for (; at < end; at++) if (this.#beginsOne(text.subarray(at, end))) return at;
    return end;
  }

  /** What begins with `text` stands together in the sorted literals, behind `text` itself. */
  #beginsOne(text: Uint8Array): boolean {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Buffer.compare(this.#sorted[middle]!, text) <= 0) low = middle + 1;
      else high = middle;
    }
    const next = this.#sorted[low];
    return next !== undefined && standsAt(next, 0, text);
  }
}

/** The next place where the window ends a literal's beginning, as far as its last block tells; `end` or more: none. */
function nextWindowEnd(shifts: Uint8Array, text: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const shift = shifts[blockHash(text, at)]!;
    if (shift === 0) return at;
    at += shift;
  }
  return at;
}

/** Of the three bytes that end at `at`: letters differ in their lower five bits. */
function blockHash(text: Uint8Array, at: number): number {
  return ((text[at - 2]! << 10) ^ (text[at - 1]! << 5) ^ text[at]!) & hashMask;
}

function standsAt(text: Uint8Array, start: number, literal: Uint8Array): boolean {
  if (start + literal.length > text.length) return false;
  for (let i = 0; i < literal.length; i++) if (text[start + i] !== literal[i]) return false;
  return true;
}
