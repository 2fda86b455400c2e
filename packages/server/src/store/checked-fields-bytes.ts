import { decodeLines, type Frame, releaseBytes } from "@keruta/protocol";
import { decompress } from "./zstd.ts";

/** Checks all of a frame's content against its header, and answers how much its fields take. Throws CHUNK_INVALID. */
export function checkedFieldsBytes(frame: Frame): number {
  let columns: Uint8Array | undefined;
  try {
    const block = decodeLines(frame, (body, maxBytes) => {
      columns = decompress(body, maxBytes);
      return columns;
    });
    return block.fieldsBytes;
  } finally {
    if (columns !== undefined) releaseBytes(columns);
  }
}
