import type { Decompress } from "@keruta/protocol";
import { decompress as decompressZstd } from "fzstd";

/** zstd in plain JavaScript, for live chunks: browsers decode zstd only in HTTP answers. Writing past the given buffer throws. */
export const decompress: Decompress = (body, maxBytes) => decompressZstd(body, new Uint8Array(maxBytes));
