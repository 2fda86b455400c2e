import { type Detected, levelWordAt, numericLevel } from "./level-words.ts";

/** Levels in structured lines: JSON objects and logfmt. */

const quote = 0x22;
const backslash = 0x5c;
const encoder = new TextEncoder();
const keys = ["level", "severity", "lvl", "loglevel", "log.level", "levelname", "@level", "@l"].map((key) =>
  encoder.encode(key),
);

/** `{"level":"warn",…}`, `{"time":1,"level":30,…}`: the first such key of the outermost object counts. */
export function jsonLevel(bytes: Uint8Array, start: number, end: number): Detected {
  let depth = 0;
  let expectsKey = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === quote) {
      const close = closingQuote(bytes, i + 1, end);
      if (depth === 1 && expectsKey && isLevelKey(bytes, i + 1, close))
        return jsonValueLevel(bytes, close + 1, end);
      expectsKey = false;
      i = close;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++;
      expectsKey = byte === 0x7b;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
    else if (byte === 0x2c) expectsKey = true;
  }
  return -1;
}

function closingQuote(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end && bytes[i] !== quote) i += bytes[i] === backslash ? 2 : 1;
  return i;
}

function isLevelKey(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = 0; i < keys.length; i++) if (equals(bytes, start, end, keys[i]!)) return true;
  return false;
}

function equals(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if ((bytes[start + i]! | 0x20) !== (text[i]! | 0x20)) return false;
  return true;
}

function jsonValueLevel(bytes: Uint8Array, from: number, end: number): Detected {
  let i = from;
  while (i < end && (bytes[i] === 0x3a || bytes[i] === 0x20)) i++;
  if (i >= end) return -1;
  return bytes[i] === quote ? valueLevel(bytes, i + 1, end) : numberLevel(bytes, i, end);
}

function numberLevel(bytes: Uint8Array, from: number, end: number): Detected {
  let value = 0;
  let i = from;
  for (; i < end && isDigit(bytes[i]!); i++) value = value * 10 + bytes[i]! - 0x30;
  return i === from || i - from > 3 ? -1 : numericLevel(value);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** A value that is a level word and nothing more. */
function valueLevel(bytes: Uint8Array, at: number, end: number): Detected {
  const word = levelWordAt(bytes, at, end);
  if (word === 0) return -1;
  const after = at + (word >> 2);
  return after >= end || !isNameByte(bytes[after]!) ? ((word & 3) as Detected) : -1;
}

function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(byte) || byte === 0x5f;
}

/** `time=… level=warn msg="…"`; quoted values are skipped, so that a message cannot state a level. */
export function logfmtLevel(bytes: Uint8Array, start: number, end: number): Detected {
  let i = start;
  while (i < end) {
    const keyStart = i;
    while (i < end && bytes[i] !== 0x3d && bytes[i] !== 0x20) i++;
    if (i >= end || bytes[i] !== 0x3d || i === keyStart) return -1;
    const quoted = i + 1 < end && bytes[i + 1] === quote;
    const valueStart = quoted ? i + 2 : i + 1;
    if (isLevelKey(bytes, keyStart, i)) return valueLevel(bytes, valueStart, end);
    i = quoted ? closingQuote(bytes, valueStart, end) + 1 : spaceAfter(bytes, valueStart, end);
    while (i < end && bytes[i] === 0x20) i++;
  }
  return -1;
}

function spaceAfter(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end && bytes[i] !== 0x20) i++;
  return i;
}
