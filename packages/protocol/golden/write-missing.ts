import { existsSync, writeFileSync } from "node:fs";
import { chunkOf, frameOf, type WrittenLine } from "../src/chunk-of-lines.cases.ts";
import { levels, sources } from "../src/index.ts";

const startUs = 1_764_021_818_123_456;
const line: WrittenLine = { timeUs: startUs, source: "stdout", level: "INFO", guessed: true, text: "", end: "\n" };

const golden: Readonly<Record<string, { firstSequence: number; invalidBytes: number; lines: WrittenLine[] }>> = {
  plain: {
    firstSequence: 1,
    invalidBytes: 0,
    lines: ["hello", "", "日本語のログ 🦊", "done"].map((text, i) => ({ ...line, text, timeUs: startUs + i * 25 })),
  },
  "sources-and-levels": {
    firstSequence: 42,
    invalidBytes: 7,
    lines: sources.flatMap((source, s) =>
      levels.flatMap((level, l) =>
        [true, false].map((guessed) => ({
          ...line,
          timeUs: startUs + s * 4_000 + l * 1_000,
          source,
          level,
          guessed,
          text: `${source} says ${level}`,
        })),
      ),
    ),
  },
  "line-ends": {
    firstSequence: 9_007_199_254_740_000,
    invalidBytes: 0,
    lines: [
      { ...line, text: "ends as in Windows", end: "\r\n" },
      { ...line, text: "", end: "\r\n" },
      { ...line, text: "10 %\r50 %\r100 %" },
      { ...line, text: "a carriage return of its own\r", end: "\r\n" },
      { ...line, text: "the first part, ", end: "" },
      { ...line, text: "the second part" },
      { ...line, text: "a message\nof two lines" },
      { ...line, text: "\uFEFF\u0000 a byte order mark and a NUL" },
      { ...line, text: "no newline at the end", end: "" },
    ],
  },
  fields: {
    firstSequence: 1_000,
    invalidBytes: 0,
    lines: [
      { ...line, text: "none" },
      { ...line, text: "some", fields: { user: "花子", attempt: 3, ok: true, none: null, ratio: 0.25 } },
      { ...line, text: "empty", fields: {} },
      { ...line, text: "nested", fields: { list: [1, -1, 2 ** 40, "x", [true]], of: { it: { all: [] } } } },
    ],
  },
  wide: {
    firstSequence: 1,
    invalidBytes: 0,
    lines: [
      { ...line, text: "x".repeat(70_000) },
      { ...line, text: "forty thousand seconds later", timeUs: startUs + 40_000_000_000 },
    ],
  },
  big: {
    firstSequence: 123_456,
    invalidBytes: 1,
    lines: Array.from({ length: 2_000 }, (_, i) => ({
      ...line,
      timeUs: startUs + i * 130,
      level: i % 97 === 0 ? "ERROR" : "INFO",
      source: i % 97 === 0 ? "stderr" : "stdout",
      text: `request ${i} took ${(i * 7919) % 1000} ms`,
    })),
  },
};

for (const [name, { firstSequence, invalidBytes, lines }] of Object.entries(golden)) {
  const [frame, json] = [".frame", ".json"].map((end) => new URL(name + end, import.meta.url));
  if (existsSync(frame!)) continue;
  writeFileSync(frame!, frameOf(chunkOf(lines, firstSequence, invalidBytes)));
  writeFileSync(json!, `{"firstSequence":${firstSequence},"invalidBytes":${invalidBytes},"lines":[\n${lines.map((l) => JSON.stringify(l)).join(",\n")}\n]}\n`);
}
