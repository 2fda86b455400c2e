import { type Level, limits } from "@keruta/protocol";
import { frameOfPieces } from "./frame-of-pieces.ts";
import { linePieces } from "./line-pieces.ts";

/** One thing the server has to say in a log: a line of source agent. */
export function noticeFrame(level: Level, text: string, timeUs: number): Uint8Array {
  return frameOfPieces(linePieces({ source: "agent", level, text }, timeUs, limits.maxLineBytes), 1);
}
