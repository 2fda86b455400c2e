import { expect, test } from "bun:test";
import { zstdCompressSync } from "node:zlib";
import {
  countFlags,
  decodeLines,
  encodeColumns,
  encodeFrame,
  LineFlag,
  levelCode,
  lineFlags,
  openFrame,
  sourceCode,
} from "@keruta/protocol";
import { decompress } from "./decompress.ts";
import { countLevels, makeRows, maxShownBytes, partialRows } from "./make-rows.ts";

/** A block as a live chunk brings it, through the zstd of the browser. */
function blockOf(lines: readonly { text: string; flags: number }[]) {
  const flags = Uint8Array.from(lines, (line) => line.flags);
  const texts = lines.map(({ text }) => new TextEncoder().encode(text));
  const text = Buffer.concat(
    texts.map((bytes, i) =>
      (flags[i]! & LineFlag.continued) === 0 ? Buffer.concat([bytes, Buffer.from("\n")]) : bytes,
    ),
  );
  const lineCount = lines.length;
  const columns = encodeColumns({
    lineCount,
    firstTimeUs: 1_000,
    timesUs: Float64Array.from(lines, (_, i) => 1_000 + i),
    textLengths: Uint32Array.from(texts, (bytes) => bytes.length),
    flags,
    text,
    fields: [],
  });
  const header = {
    firstSequence: 11,
    lineCount,
    firstTimeUs: 1_000,
    lastTimeUs: 1_000 + lineCount - 1,
    rawBytes: text.length,
    columnsBytes: columns.length,
    invalidBytes: 0,
    counts: countFlags(flags, lineCount),
  };
  const block = decodeLines(openFrame(encodeFrame(header, zstdCompressSync(columns))), decompress);
  return { block, start: 0, end: lineCount };
}

const stderrError = lineFlags(sourceCode.stderr, levelCode.ERROR);
const stdoutInfo = lineFlags(sourceCode.stdout, levelCode.INFO);

test("lines become rows", () => {
  const rows = makeRows([
    blockOf([
      { text: "first", flags: stdoutInfo },
      { text: "\x1b[31mred", flags: stderrError },
    ]),
  ]);
  expect(rows).toMatchObject([
    { sequence: 11, timeUs: 1_000, source: "stdout", level: "INFO", runs: [{ text: "first" }], cutBytes: 0 },
    { sequence: 12, timeUs: 1_001, source: "stderr", level: "ERROR", runs: [{ text: "red" }] },
  ]);
});

test("a long line is cut between two characters, and says how much is missing", () => {
  const text = `a${"あ".repeat(10_000)}`;
  const [row] = makeRows([blockOf([{ text, flags: stdoutInfo }])]);
  const shown = row!.runs[0]!.text;
  expect(text.startsWith(shown)).toBe(true);
  expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(maxShownBytes);
  expect(Buffer.byteLength(shown) + row!.cutBytes).toBe(Buffer.byteLength(text));
});

test("continued lines say so, except at the end of an ended attempt", () => {
  const continued = stdoutInfo | LineFlag.continued;
  const range = blockOf([
    { text: "part one, ", flags: continued },
    { text: "no newline", flags: continued },
  ]);
  expect(makeRows([range]).map((row) => row.isContinued)).toEqual([true, true]);
  expect(makeRows([range], 12).map((row) => row.isContinued)).toEqual([true, false]);
});

test("partials stand after the last line, stdout first", () => {
  expect(partialRows({ stderr: "50%", stdout: "name? " })).toMatchObject([
    { sequence: 0, source: "stdout", runs: [{ text: "name? " }] },
    { sequence: 0, source: "stderr", runs: [{ text: "50%" }] },
  ]);
});

test("counts by source and level are summed by level", () => {
  expect(countLevels([1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400])).toEqual({
    DEBUG: 111,
    INFO: 222,
    WARN: 333,
    ERROR: 444,
  });
});

test("zstd that would pass its bound is refused", () => {
  const body = zstdCompressSync(Buffer.alloc(100_000));
  expect(() => decompress(body, 99_999)).toThrow();
  expect(decompress(body, 100_000).length).toBe(100_000);
});
