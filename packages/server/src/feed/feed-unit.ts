import { type ChunkHeader, encodeMessage } from "@keruta/protocol";
import type { Unit } from "../store/log-store.ts";

/** A unit as viewers get it: the message is made once and shared by all of them. */
export interface FeedUnit {
  readonly header: ChunkHeader;
  readonly message: Uint8Array;
  /** What a viewer acknowledges: the frame's bytes, without the message around it. */
  readonly frameBytes: number;
}

export function feedUnit(attempt: number, { header, frame }: Unit): FeedUnit {
  return {
    header,
    message: encodeMessage({ type: "chunk", attempt, chunk: frame as Uint8Array<ArrayBuffer> }),
    frameBytes: frame.length,
  };
}
