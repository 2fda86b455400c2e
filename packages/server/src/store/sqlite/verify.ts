import { type ChunkHeader, checkChunkSize, KerutaError, openFrame } from "@keruta/protocol";
import { checkedFieldsBytes } from "../checked-fields-bytes.ts";
import type { InsertOutcome } from "../log-store.ts";

export interface Verified {
  readonly header: ChunkHeader;
  readonly fieldsBytes: number;
}

/** As `insert` answers it; an `append` can be refused for more reasons. */
export type Refused = Extract<InsertOutcome, { outcome: "refused" }>;

/** Everything that can be known about a chunk without the store: bounds first, then its content. */
export function verify(frame: Uint8Array): Verified | Refused {
  try {
    const opened = openFrame(frame);
    checkChunkSize(opened.header);
    return { header: opened.header, fieldsBytes: checkedFieldsBytes(opened) };
  } catch (error) {
    if (error instanceof KerutaError && isRefusal(error.code))
      return { outcome: "refused", code: error.code, message: error.message };
    throw error;
  }
}

function isRefusal(code: string): code is Refused["code"] {
  return code === "CHUNK_INVALID" || code === "CHUNK_TOO_LARGE";
}
