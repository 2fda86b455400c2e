import { limits } from "@keruta/protocol";

/** Of UTF-16, each unit of which takes up to 3 bytes; the server takes less than its limit. */
const maxPieceLength = Math.floor((limits.maxInputBytes - 1) / 3);

/**
 * Bytes as texts that the server takes as one input each, as soon as they come; characters stay whole. With `newline`, one is added at
 * the end where something was given and does not end with one.
 */
export async function* inputPieces(
  blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  newline: boolean,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let last = "\n";
  for await (const block of blocks)
    for (const piece of cut(decoder.decode(block, { stream: true }))) {
      last = piece;
      yield piece;
    }
  const rest = decoder.decode();
  const isEnded = (rest || last).endsWith("\n");
  const end = newline && !isEnded ? `${rest}\n` : rest;
  if (end !== "") yield end;
}

function* cut(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = wholeCharacters(text, Math.min(text.length, start + maxPieceLength));
    yield text.slice(start, end);
    start = end;
  }
}

/** Not between the two halves of a character. */
function wholeCharacters(text: string, end: number): number {
  return end < text.length && isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
