const newline = 0x0a;
const carriageReturn = 0x0d;

const marker = Buffer.from("::add-mask::");

/** `::add-mask::VALUE` in a text. */
export interface AddMask {
  readonly at: number;
  readonly valueFrom: number;
  /** Where the value's line ends; absent where that has not come yet. */
  readonly valueEnd?: number;
}

/**
 * The first command at `from` or after it. It counts wherever in a line it stands: a trace of the shell (`set -x`) shows it
 * with the value behind a `+ echo`, and the value must not be seen there either.
 */
export function findAddMask(text: Uint8Array, from: number): AddMask | undefined {
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.length);
  const at = buffer.indexOf(marker, from);
  if (at === -1) return undefined;
  const valueFrom = at + marker.length;
  const lineEnd = text.indexOf(newline, valueFrom);
  if (lineEnd === -1) return { at, valueFrom };
  const isCrlf = lineEnd > valueFrom && text[lineEnd - 1] === carriageReturn;
  return { at, valueFrom, valueEnd: isCrlf ? lineEnd - 1 : lineEnd };
}

/** Where the end of a text may have begun a command; `text.length` where it has not. */
export function unfinishedMarkerFrom(text: Uint8Array): number {
  for (let at = Math.max(0, text.length - marker.length + 1); at < text.length; at++)
    if (marker.subarray(0, text.length - at).equals(text.subarray(at))) return at;
  return text.length;
}

/** A value as it stands in a command: line ends and percent signs are escaped there, as GitHub's runner has it. */
export function addMaskValue(written: Uint8Array): Uint8Array {
  const text = Buffer.from(written).toString("latin1");
  const plain = text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
  return Buffer.from(plain, "latin1");
}
