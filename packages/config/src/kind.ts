import { parseBytes, parseDurationMs, showBytes, showDuration } from "./units.ts";

/** What a setting's value can be. */
export interface Kind<T> {
  /** Stands for a value in a help: `--timeout DURATION`. A switch has none. */
  readonly placeholder?: string;
  /** Ends the sentence "expected …". */
  readonly expected: string;
  /** A flag of it may be given several times; in a variable its items stand with `separator` between them. */
  readonly separator?: string;
  /**
   * The value meant by the text of a flag or a variable, or by what stands in a file. Undefined: it means none. A
   * list is given an array where the parts are known, else one text.
   */
  read(given: unknown): T | undefined;
  /** Text, or a list of texts, that `read` understands. */
  show(value: T): string | readonly string[];
}

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** Milliseconds. A plain number is seconds. */
export function duration(range: Range = {}): Kind<number> {
  return {
    placeholder: "DURATION",
    expected: `seconds, or a number with a unit such as 500ms or 2m${rangeText(range, showDuration)}`,
    read: (given) => within(range, readScalar(given, parseDurationMs)),
    show: showDuration,
  };
}

export function bytes(range: Range = {}): Kind<number> {
  return {
    placeholder: "BYTES",
    expected: `bytes, or a number with a unit such as 512MiB${rangeText(range, showBytes)}`,
    read: (given) => within(range, readScalar(given, parseBytes)),
    show: showBytes,
  };
}

export function whole({ min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {}): Kind<number> {
  return {
    placeholder: "NUMBER",
    expected: `a whole number${rangeText({ min, ...(max === Number.MAX_SAFE_INTEGER ? {} : { max }) }, String)}`,
    read: (given) =>
      within(
        { min, max },
        readScalar(given, (text) => (/^\d+$/.test(text) ? Number(text) : undefined)),
      ),
    show: String,
  };
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

export const toggle: Kind<boolean> = {
  expected: "true or false",
  read: (given) => readScalar(given, (text) => truths[text.toLowerCase()]),
  show: String,
};

/** One of a few words; case does not count. `synonyms` are understood, but not named. */
export function oneOf<const W extends string>(
  words: readonly W[],
  synonyms: Readonly<Record<string, W>> = {},
): Kind<W> {
  const find = (text: string) =>
    words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? synonyms[text.toLowerCase()];
  return {
    placeholder: words.join("|"),
    expected: `one of ${words.join(", ")}`,
    read: (given) => readScalar(given, find),
    show: (value) => value,
  };
}

/** Text that is not empty. `isValid` and `expected` narrow it down. */
export function text(
  placeholder: string,
  expected = "text that is not empty",
  isValid: (text: string) => boolean = (given) => given !== "",
): Kind<string> {
  return {
    placeholder,
    expected,
    read: (given) => readScalar(given, (word) => (isValid(word) ? word : undefined)),
    show: (value) => value,
  };
}

/** An address, as it was written. */
export function url(...schemes: readonly string[]): Kind<string> {
  const isValid = (given: string) =>
    URL.canParse(given) && schemes.includes(new URL(given).protocol.slice(0, -1));
  const beginnings = schemes.map((scheme) => `${scheme}://`).join(", ");
  return text("URL", `a URL such as ${schemes[0]}://host:port (it begins with ${beginnings})`, isValid);
}

/** Several of a kind. In a flag or variable they stand with commas between them, or, in `lines`, one a line. */
export function listOf<T>(item: Kind<T>, placement: "commas" | "lines" = "commas"): Kind<readonly T[]> {
  const separator = placement === "commas" ? "," : "\n";
  return {
    ...(item.placeholder === undefined ? {} : { placeholder: item.placeholder }),
    expected: `a list, each ${item.expected}${placement === "commas" ? ", with commas between them" : ", one a line"}`,
    separator,
    read: (given) => readItems(item, Array.isArray(given) ? given : split(given, separator)),
    show: (values) => values.map((value) => String(item.show(value))),
  };
}

/** Regular expressions; `(?i)` at the beginning makes case not count. */
export const pattern: Kind<RegExp> = {
  placeholder: "PATTERN",
  expected: "a regular expression",
  read: (given) => readScalar(given, compile),
  show: ({ source, ignoreCase }) => `${ignoreCase ? "(?i)" : ""}${source}`,
};

export const patterns = listOf(pattern, "lines");

/** What a file holds there, whatever it is. */
export const anything: Kind<unknown> = {
  placeholder: "VALUE",
  expected: "anything",
  read: (given) => given,
  show: (value) => (typeof value === "string" ? value : JSON.stringify(value)),
};

function readItems<T>(item: Kind<T>, items: readonly unknown[]): readonly T[] | undefined {
  const values = items.map((part) => item.read(part));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function split(given: unknown, separator: string): readonly unknown[] {
  if (typeof given !== "string") return [given];
  return given
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Files know numbers and truth values; elsewhere everything is text. */
function readScalar<T>(given: unknown, read: (text: string) => T | undefined): T | undefined {
  return ["string", "number", "boolean"].includes(typeof given) ? read(String(given)) : undefined;
}

function within({ min, max }: Range, value: number | undefined): number | undefined {
  if (value === undefined || (min !== undefined && value < min) || (max !== undefined && value > max))
    return undefined;
  return value;
}

function rangeText({ min, max }: Range, show: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return ` from ${show(min)} to ${show(max)}`;
  if (min !== undefined) return `, at least ${show(min)}`;
  return max === undefined ? "" : `, at most ${show(max)}`;
}

function compile(source: string): RegExp | undefined {
  const ignoresCase = source.startsWith("(?i)");
  try {
    return new RegExp(ignoresCase ? source.slice(4) : source, ignoresCase ? "iu" : "u");
  } catch {
    return undefined;
  }
}
