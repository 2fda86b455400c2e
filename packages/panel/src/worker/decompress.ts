import type { Decompress } from "@keruta/protocol";
import { Decompress as ZstdStream } from "fzstd";

/**
 * zstd in plain JavaScript, for live chunks: browsers decode zstd only in HTTP answers. Read as a
 * stream, because fzstd's one-call form would cut off silently what does not fit.
 */
export const decompress: Decompress = (body, maxBytes) => {
  const output = new Uint8Array(maxBytes);
  let filled = 0;
  const stream = new ZstdStream((part) => {
    if (filled + part.length > maxBytes) throw new RangeError(`it holds more than ${maxBytes} bytes`);
    output.set(part, filled);
    filled += part.length;
  });
  stream.push(body, true);
  return output.subarray(0, filled);
};
