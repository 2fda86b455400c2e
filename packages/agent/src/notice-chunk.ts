import { countFlags, encodeColumns, levelCode, lineFlags, sourceCode } from "@keruta/protocol";
import type { CompressedChunk } from "./compressor.ts";

/** A chunk of one line of the agent's own, level WARN. */
export function noticeChunk(text: string, timeUs: number): CompressedChunk {
  const bytes = new TextEncoder().encode(`${text}\n`);
  const flags = Uint8Array.of(lineFlags(sourceCode.agent, levelCode.WARN));
  const columns = encodeColumns({
    lineCount: 1,
    firstTimeUs: timeUs,
    timesUs: Float64Array.of(timeUs),
    textLengths: Uint32Array.of(bytes.length - 1),
    flags,
    text: bytes,
    fields: [],
  });
  const header = {
    lineCount: 1,
    firstTimeUs: timeUs,
    lastTimeUs: timeUs,
    rawBytes: bytes.length,
    columnsBytes: columns.length,
    invalidBytes: 0,
    counts: countFlags(flags, 1),
  };
  return { header, body: Bun.zstdCompressSync(columns, { level: 1 }) };
}
