import { encodeMessage } from "@keruta/protocol";
import type { FeedUnit } from "../outlet.ts";
import type { Unit } from "../store/log-store.ts";

export function feedUnit(attempt: number, { header, frame }: Unit): FeedUnit {
  const chunk = frame as Uint8Array<ArrayBuffer>;
  // The frame comes last, so that it can be read back from the message's end.
  const message = encodeMessage({ type: "chunk", attempt, chunk });
  return { header, message, frameBytes: frame.length, frame: message.subarray(-frame.length) };
}
