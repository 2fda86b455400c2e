import { promisify } from "node:util";
import { constants, zstdDecompress, zstdDecompressSync } from "node:zlib";
import type { Decompress } from "@keruta/protocol";

/** Segments are read far more often than written: 3 is where zstd's ratio has mostly been gained. */
export const segmentLevel = 3;

/** 8 MiB: more than any unit holds. A frame may ask its reader for a window of gigabytes. */
const params = { [constants.ZSTD_d_windowLogMax]: 23 };

/** Unlike Bun's own, node:zlib's decompression stops at the limit: a bomb costs no more than it declared. */
export const decompress: Decompress = (body, maxBytes) => zstdDecompressSync(body, within(maxBytes));

/** As `decompress`, on another thread: for whoever must not keep the others on this one waiting. */
export function decompressAside(body: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return onPool(body, within(maxBytes));
}

const onPool = promisify(zstdDecompress);

function within(maxBytes: number) {
  return { maxOutputLength: Math.max(1, maxBytes), chunkSize: Math.max(64, maxBytes), params };
}

export function compress(columns: Uint8Array): Uint8Array {
  return Bun.zstdCompressSync(columns, { level: segmentLevel });
}
