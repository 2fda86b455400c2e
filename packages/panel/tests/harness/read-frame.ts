import { decodeLines, type Line, linesOf, openFrame } from "@keruta/protocol";
import { decompress } from "../../src/worker/decompress.ts";

/** Everything the protocol can say of a frame, through the panel's own zstd. */
export function readFrame(frame: Uint8Array): { header: object; lines: Line[] } {
  const opened = openFrame(frame);
  return { header: opened.header, lines: [...linesOf(decodeLines(opened, decompress))] };
}

/** For the page this is bundled into: frames as base64, because that is what passes through `evaluate`. */
Object.assign(globalThis, {
  readFrameBase64: (frame: string) => readFrame(Uint8Array.from(atob(frame), (byte) => byte.charCodeAt(0))),
});
