import { jsonLevel, logfmtLevel } from "./level-structured.ts";
import { type Detected, levelWordAt, numericLevel } from "./level-words.ts";

export type { Detected } from "./level-words.ts";

/** A level stands within this many bytes of a line, or is not looked for. */
const prefixBytes = 128;
/** JSON and logfmt lines may put other keys first. */
const structuredBytes = 512;

/** What a scan says when it met an escape sequence: look again at the text without them. */
const styled = -2;
type Scanned = Detected | typeof styled;

const esc = 0x1b;
const space = 0x20;
const tab = 0x09;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** The plain text of one styled line's beginning, so that no line allocates. Overwritten by each call. */
const plain = new Uint8Array(structuredBytes);

/**
 * The level a line states: DEBUG 0, INFO 1, WARN 2, ERROR 3, or -1 where it states none. The line is
 * `bytes[start, end)`, without its newline. Looks only at the line's beginning; the shapes it knows
 * are listed in `level.test.ts`. That the word "error" occurs in a sentence does not make a level.
 */
export function detectLevel(bytes: Uint8Array, start: number, end: number): Detected {
  if (start >= end) return -1;
  const scanned = scanLine(bytes, start, end);
  if (scanned !== styled) return scanned;
  const length = stripEscapes(bytes, start, end);
  return length === 0 ? -1 : (scanLine(plain, 0, length) as Detected);
}

/** Copies the line's beginning to `plain` without CSI sequences (and carriage returns). */
function stripEscapes(bytes: Uint8Array, start: number, end: number): number {
  let length = 0;
  let i = start;
  while (i < end && length < plain.length) {
    if (bytes[i] === esc) i = afterEscape(bytes, i, end);
    else {
      if (bytes[i] !== 0x0d) plain[length++] = bytes[i]!;
      i++;
    }
  }
  return length;
}

/** The index after the escape sequence at `at`: `ESC [`, parameters, one final byte; else two bytes. */
function afterEscape(bytes: Uint8Array, at: number, end: number): number {
  if (byteAt(bytes, at + 1, end) !== openBracket) return at + 2;
  let i = at + 2;
  while (i < end && bytes[i]! < 0x40) i++;
  return i + 1;
}

function scanLine(bytes: Uint8Array, lineStart: number, lineEnd: number): Scanned {
  let start = lineStart;
  // log4j's `%5p` pads INFO and WARN with one blank.
  if (bytes[start] === space) start++;
  const end = Math.min(lineEnd, start + prefixBytes);
  if (start >= end) return -1;
  const first = bytes[start]!;
  if (isDigit(first)) return scanClock(bytes, start, end);
  if (isLetter(first) || first === 0x2f || first === 0x2e) return scanWord(bytes, start, end, lineEnd);
  switch (first) {
    case 0x7b: // {
      return jsonLevel(bytes, start, Math.min(lineEnd, start + structuredBytes));
    case openBracket:
      return scanPrefix(bytes, start, end);
    case 0x3c: // <
      return angleLevel(bytes, start, end);
    case esc:
      return styled;
    case 0xe2:
      return glyphLevel(bytes, start, end);
    default:
      return -1;
  }
}

/** 0, which is no byte of any shape, past the line's end. */
function byteAt(bytes: Uint8Array, index: number, end: number): number {
  return index < end ? bytes[index]! : 0;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** A line that begins with a digit: a time, or redis' `pid:role`. */
function scanClock(bytes: Uint8Array, start: number, end: number): Scanned {
  // 2026-11-24T12:00:00: the most frequent beginning by far, so it is not walked byte by byte.
  if (
    start + 19 < end &&
    bytes[start + 4] === 0x2d &&
    bytes[start + 7] === 0x2d &&
    bytes[start + 13] === colon
  )
    return scanPrefix(bytes, start + 18, end, true);
  let i = start + 1;
  while (i < end && isDigit(bytes[i]!)) i++;
  if (i + 2 < end && bytes[i] === colon && isLetter(bytes[i + 1]!) && bytes[i + 2] === space)
    return redisLevel(bytes, i + 3, end);
  return scanPrefix(bytes, start, end);
}

/** `31884:M 24 Nov 2026 03:10:24.297 * Ready`: the mark after four words is the level. */
function redisLevel(bytes: Uint8Array, from: number, end: number): Detected {
  let i = from;
  for (let words = 0; words < 4; words++) {
    while (i < end && bytes[i] !== space) i++;
    i++;
  }
  if (i + 1 >= end || bytes[i + 1] !== space) return -1;
  const mark = bytes[i];
  if (mark === 0x23) return 2; // #
  if (mark === 0x2a) return 1; // *
  return mark === 0x2d || mark === 0x2e ? 0 : -1; // - .
}

/**
 * Walks what loggers put before a level: times, numbers, `[thread]`, separators and at most one name.
 * `hasContext`: something before already makes this a log line, so a bare level word counts.
 */
function scanPrefix(bytes: Uint8Array, start: number, end: number, hasContext = false): Scanned {
  let context = hasContext;
  let names = 0;
  let i = start;
  while (i < end) {
    let opened = false;
    for (; i < end && isSeparator(bytes[i]!); i++) if (bytes[i] === openBracket) opened = true;
    if (i >= end) return -1;
    context ||= opened;
    const first = bytes[i]!;
    if (isDigit(first)) {
      const after = tokenEnd(bytes, i, end);
      context ||= after - i >= 5;
      i = after;
    } else if (isLetter(first)) {
      const found = context ? statedLevel(bytes, i, end, opened) : -1;
      if (found !== -1) return found;
      const after = opened ? bracketEnd(bytes, i, end) : tokenEnd(bytes, i, end);
      if (byteAt(bytes, after, end) === 0x3d) return logfmtLevel(bytes, i, end);
      if (!opened && ++names > 1) return -1;
      const ofModule = opened ? moduleLevel(bytes, i, after, end) : -1;
      if (ofModule !== -1) return ofModule;
      i = after;
    } else if (first === esc) return styled;
    else if (first === 0x3c) return angleLevel(bytes, i, end);
    else return -1;
  }
  return -1;
}

function isSeparator(byte: number): boolean {
  switch (byte) {
    case space:
    case tab:
    case openBracket:
    case closeBracket:
    case 0x28: // (
    case 0x29: // )
    case 0x2b: // +
    case 0x2c: // ,
    case 0x2d: // -
    case 0x2e: // .
    case colon:
    case 0x7c: // |
      return true;
    default:
      return false;
  }
}

/** The end of a name, number or time: the next blank, bracket, `|`, `=` or escape sequence. */
function tokenEnd(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  for (; i < end; i++) {
    const byte = bytes[i]!;
    if (byte <= space || byte === closeBracket || byte === openBracket || byte === 0x7c || byte === 0x3d)
      break;
  }
  return i;
}

function bracketEnd(bytes: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end && bytes[i] !== closeBracket) i++;
  return i;
}

function isPadding(byte: number): boolean {
  return byte === space || byte === closeBracket;
}

/** A level word at `at` and after it something that makes it stand alone. */
function statedLevel(bytes: Uint8Array, at: number, end: number, opened: boolean): Scanned {
  const word = levelWordAt(bytes, at, end);
  if (word === 0) return -1;
  const after = at + (word >> 2);
  const level = (word & 3) as Detected;
  const next = after < end ? bytes[after]! : tab;
  if (next === colon || next === tab || next === closeBracket) return level;
  const shouted = bytes[at + 1]! < 0x60;
  if (shouted) return next === space || next === 0x7c || next === 0x2f || next === esc ? level : -1;
  // Padded: `[info ]`, `info  |`, or coloured, which nobody does to a word of a sentence.
  const padded = next === space && isPadding(byteAt(bytes, after + 1, end));
  return padded || next === esc || (opened && next === 0x7c) ? level : -1;
}

/** Apache's `[core:error]`. */
function moduleLevel(bytes: Uint8Array, start: number, close: number, end: number): Detected {
  if (close >= end) return -1;
  let at = close;
  while (at > start && bytes[at - 1] !== colon) at--;
  if (at === start) return -1;
  const word = levelWordAt(bytes, at, close);
  return word !== 0 && at + (word >> 2) === close ? ((word & 3) as Detected) : -1;
}

/** `<3>` and `<134>` of syslog, `<warn>` of others. */
function angleLevel(bytes: Uint8Array, start: number, end: number): Detected {
  let i = start + 1;
  let priority = 0;
  for (; i < end && isDigit(bytes[i]!); i++) priority = priority * 10 + bytes[i]! - 0x30;
  if (i > start + 1)
    return byteAt(bytes, i, end) === 0x3e && priority < 192 ? numericLevel(priority & 7) : -1;
  const word = levelWordAt(bytes, i, end);
  return word !== 0 && byteAt(bytes, i + (word >> 2), end) === 0x3e ? ((word & 3) as Detected) : -1;
}

/** terraform's `│ Error: …`, and the spinner npm leaves before what it prints. */
function glyphLevel(bytes: Uint8Array, start: number, end: number): Scanned {
  let i = start + 3;
  while (i < end && bytes[i] === space) i++;
  if (i >= end) return -1;
  return bytes[i] === esc ? styled : scanWord(bytes, i, end, end);
}

/** A line that begins with a letter (or a path). */
function scanWord(bytes: Uint8Array, start: number, end: number, lineEnd: number): Scanned {
  const leading = leadingLevel(bytes, start, end);
  if (leading !== -1) return leading;
  if (isKlog(bytes, start, end)) return klogLevel(bytes[start]!);
  const after = tokenEnd(bytes, start, end);
  if (after >= end) return exceptionLevel(bytes, start, after);
  switch (bytes[after]) {
    case esc:
      return styled;
    case 0x3d: // =
      return logfmtLevel(bytes, start, Math.min(lineEnd, start + structuredBytes));
    case space:
      return afterName(bytes, start, after, end);
    default:
      return -1;
  }
}

/** `ERROR …`, `error: …`, `error[E0308]: …`, `error TS2322: …`, `ERROR` alone. */
function leadingLevel(bytes: Uint8Array, start: number, end: number): Scanned {
  const word = levelWordAt(bytes, start, end);
  if (word === 0) return -1;
  const after = start + (word >> 2);
  const level = (word & 3) as Detected;
  const next = after < end ? bytes[after]! : space;
  if (next === colon || next === openBracket || next === tab) return level;
  if (next === space && isTypeScriptCode(bytes, after + 1, end)) return level;
  if (next === space && after + 6 < end && isErrorColon(bytes, after + 1, end)) return level;
  const shouted = bytes[start + 1]! < 0x60;
  if (!shouted) return -1;
  return next === space || next === closeBracket || next === 0x7c || next === 0x28 || next === esc
    ? level
    : -1;
}

function isTypeScriptCode(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 2 < end && bytes[at] === 0x54 && bytes[at + 1] === 0x53 && isDigit(bytes[at + 2]!);
}

/** The second half of gcc's `fatal error:`. */
function isErrorColon(bytes: Uint8Array, at: number, end: number): boolean {
  const word = levelWordAt(bytes, at, end);
  return word !== 0 && byteAt(bytes, at + (word >> 2), end) === colon;
}

/** `E1124 12:00:00.000000`: a letter, month and day. */
function isKlog(bytes: Uint8Array, start: number, end: number): boolean {
  if (start + 8 >= end || bytes[start + 5] !== space || bytes[start + 8] !== colon) return false;
  for (let i = start + 1; i < start + 5; i++) if (!isDigit(bytes[i]!)) return false;
  return true;
}

function klogLevel(letter: number): Detected {
  switch (letter) {
    case 0x44: // D
      return 0;
    case 0x49: // I
      return 1;
    case 0x57: // W
      return 2;
    case 0x45: // E
    case 0x46: // F
      return 3;
    default:
      return -1;
  }
}

const npm = ascii("npm");
const make = ascii(": *** ");
const traceback = ascii("Traceback (most recent call last):");
const exceptionIn = ascii("Exception in thread ");
const pytestError = ascii("E   ");
const failed = ascii("FAILED");

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function isAt(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** The line's first word ended at a blank and was no level itself. */
function afterName(bytes: Uint8Array, start: number, after: number, end: number): Scanned {
  if (isAt(bytes, start, after, npm)) return npmLevel(bytes, after + 1, end);
  if (isAt(bytes, start, end, failed)) return 3;
  if (isAt(bytes, start, end, traceback) || isAt(bytes, start, end, exceptionIn)) return 3;
  if (isAt(bytes, start, end, pytestError)) return 3;
  if (bytes[after - 1] !== colon) return positionLevel(bytes, start, after, end);
  if (isAt(bytes, after - 1, end, make)) return 3;
  const diagnostic = diagnosticLevel(bytes, after, end);
  return diagnostic !== -1 ? diagnostic : exceptionLevel(bytes, start, after);
}

/** `npm warn …`, `npm ERR! …`. */
function npmLevel(bytes: Uint8Array, at: number, end: number): Scanned {
  if (byteAt(bytes, at, end) === esc) return styled;
  const word = levelWordAt(bytes, at, end);
  const next = byteAt(bytes, at + (word >> 2), end);
  return word !== 0 && (next === space || next === 0x21) ? ((word & 3) as Detected) : -1;
}

/** tsc's `a.ts:1:7 - error TS2322: …`: a name that ends in a digit, a dash, a level. */
function positionLevel(bytes: Uint8Array, start: number, after: number, end: number): Scanned {
  if (byteAt(bytes, after + 1, end) === esc) return styled;
  if (!isDigit(bytes[after - 1]!) || after + 3 >= end) return -1;
  if (bytes[after + 1] !== 0x2d || bytes[after + 2] !== space || !hasColon(bytes, start, after)) return -1;
  return bytes[after + 3] === esc ? styled : leadingLevel(bytes, after + 3, end);
}

function hasColon(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === colon) return true;
  return false;
}

/** `a.c:2:27: warning: …`, `ld: error: …`, `a.ts(1,7): error TS2322: …`, `cc1: fatal error: …`. */
function diagnosticLevel(bytes: Uint8Array, after: number, end: number): Scanned {
  let at = after;
  while (at < end && bytes[at] === space) at++;
  if (at >= end) return -1;
  if (bytes[at] === esc) return styled;
  const word = levelWordAt(bytes, at, end);
  if (word === 0) return -1;
  const next = at + (word >> 2);
  if (byteAt(bytes, next, end) === colon) return (word & 3) as Detected;
  if (byteAt(bytes, next, end) !== space) return -1;
  return isTypeScriptCode(bytes, next + 1, end) || isErrorColon(bytes, next + 1, end)
    ? ((word & 3) as Detected)
    : -1;
}

const errorSuffix = ascii("Error");
const exceptionSuffix = ascii("Exception");

/** `ZeroDivisionError: …`, `java.lang.RuntimeException: …`, or the bare name of one. */
function exceptionLevel(bytes: Uint8Array, start: number, after: number): Detected {
  const end = bytes[after - 1] === colon ? after - 1 : after;
  const name = end - start;
  if (name > errorSuffix.length && isAt(bytes, end - errorSuffix.length, end, errorSuffix)) return 3;
  return name > exceptionSuffix.length && isAt(bytes, end - exceptionSuffix.length, end, exceptionSuffix)
    ? 3
    : -1;
}
