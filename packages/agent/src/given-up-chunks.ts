import { encodeFrame, openFrame } from "@keruta/protocol";
import { addMissing, type MissingLines, missingLinesText } from "./missing-lines.ts";
import { noticeChunk } from "./notice-chunk.ts";
import type { RecentChunk } from "./recent-chunks.ts";

/** What takes the place of neighbouring chunks that are given up; an earlier notice among them becomes part of it. */
export function noticeFor(given: readonly RecentChunk[], why: string): RecentChunk {
  const missing = given.map(linesOf).reduce(addMissing);
  const { header, body } = noticeChunk(missingLinesText(missing, why), missing.toUs);
  const { firstSequence } = given[0]!;
  const frame = encodeFrame({ ...header, firstSequence }, body);
  return { firstSequence, lineCount: 1, frame, written: false, missing };
}

function linesOf({ missing, frame }: RecentChunk): MissingLines {
  if (missing !== undefined) return missing;
  const { header } = openFrame(frame);
  return {
    lines: header.lineCount,
    bytes: header.rawBytes,
    fromUs: header.firstTimeUs,
    toUs: header.lastTimeUs,
  };
}
