import { isUtf8 } from "node:buffer";

// ignoreBOM: a byte order mark in the middle of a log is the program's text, not ours to eat.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Valid UTF-8, and how many invalid sequences were replaced by U+FFFD to make it so. */
export interface Repaired {
  readonly bytes: Uint8Array;
  readonly replaced: number;
}

/** The same bytes where they are valid UTF-8, which costs no copy. */
export function repairUtf8(bytes: Uint8Array): Repaired {
  if (isUtf8(bytes)) return { bytes, replaced: 0 };
  const repaired = encoder.encode(decoder.decode(bytes));
  return { bytes: repaired, replaced: countReplacements(repaired) - countReplacements(bytes) };
}

/** How often U+FFFD (EF BF BD) occurs. EF never continues a sequence, so no other bytes look like it. */
function countReplacements(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0xef); at !== -1; at = bytes.indexOf(0xef, at + 1))
    if (bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd) count++;
  return count;
}

/**
 * How many bytes at the end may be the beginning of a sequence whose rest has not been read. Repairing
 * what stands before them, and later them with what follows, gives what repairing all at once would.
 */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The last index up to `at` where valid UTF-8 can be cut. */
export function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}

/** The same where the bytes may be no UTF-8 at all: then they can be cut anywhere. */
export function partEnd(bytes: Uint8Array, at: number): number {
  const start = characterStart(bytes, at);
  return at - start > 3 ? at : start;
}
