/** Beginnings of lines that belong to the line before, beside indented ones. */
const beginnings = [
  "at ",
  "Caused by: ",
  "Suppressed: ",
  "... ",
  "During handling of the above exception",
  "The above exception was the direct cause",
  ">   ",
  "│",
  "╵",
].map((text) => new TextEncoder().encode(text));

/**
 * Whether a line that states no level goes on with what the line before of its source said: a frame
 * of a stack trace, an indented block. Such a line inherits that line's level.
 */
export function isContinuation(bytes: Uint8Array, start: number, end: number): boolean {
  const at = afterStyles(bytes, start, end);
  if (at >= end) return false;
  const first = bytes[at]!;
  if (first === 0x20 || first === 0x09) return true;
  for (let i = 0; i < beginnings.length; i++) if (isAt(bytes, at, end, beginnings[i]!)) return true;
  return false;
}

/** The index after colour sequences (`ESC [ … m`). */
function afterStyles(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i + 1 < end && bytes[i] === 0x1b && bytes[i + 1] === 0x5b) {
    i += 2;
    while (i < end && bytes[i]! < 0x40) i++;
    i++;
  }
  return i;
}

function isAt(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (bytes[at] !== text[0] || at + text.length > end) return false;
  for (let i = 1; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
