import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  chunkOf,
  decompress,
  frameOf,
  line,
  small,
  type WrittenLine,
  writtenLines,
} from "./chunk-of-lines.cases.ts";
import {
  decodeColumns,
  decodeLines,
  lastSequence,
  levels,
  linesOf,
  openFrame,
  renumberFrame,
  sources,
} from "./index.ts";

const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.string({ unit: "binary-ascii", maxLength: 300 }),
  fc.constantFrom("", "\n", "a\r", "\uFEFFbom", "日本語🦊", "\0", "a".repeat(70_000)),
);
const anyFields = fc
  .dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }))
  .map((fields) => JSON.stringify(fields))
  .filter((json) => !json.includes("__proto__"))
  .map((json) => JSON.parse(json) as Record<string, unknown>);

/** Lines whose times are as far apart as one of the widths of the column. */
const anyLines: fc.Arbitrary<WrittenLine[]> = fc
  .constantFrom(0, 0x7f, 0x7fff, 0x7fff_ffff, 2 ** 40)
  .chain((maxDeltaUs) => fc.array(anyLine(maxDeltaUs), { minLength: 1, maxLength: 40 }))
  .map((lines) => {
    let timeUs = 1_764_021_818_000_000;
    return lines.map(({ deltaUs, fields, ...line }, index) => {
      timeUs += index === 0 ? 0 : deltaUs;
      return { ...line, timeUs, ...(fields === undefined ? {} : { fields }) };
    });
  });

function anyLine(maxDeltaUs: number) {
  return fc.record({
    deltaUs: fc.nat({ max: maxDeltaUs }),
    source: fc.constantFrom(...sources),
    level: fc.constantFrom(...levels),
    guessed: fc.boolean(),
    text: anyText,
    end: fc.constantFrom("\n" as const, "\r\n" as const, "" as const),
    fields: fc.option(anyFields, { nil: undefined, freq: 5 }),
  });
}

describe("what was encoded comes back", () => {
  test("random lines", () => {
    fc.assert(
      fc.property(
        anyLines,
        fc.integer({ min: 1, max: 2 ** 50 }),
        fc.nat(),
        (lines, firstSequence, invalidBytes) => {
          const chunk = chunkOf(lines, firstSequence, invalidBytes);
          const frame = openFrame(frameOf(chunk));
          expect(frame.header).toEqual(chunk.header);
          expect(writtenLines(decodeLines(frame, decompress))).toEqual(lines);
        },
      ),
      { numRuns: 300 },
    );
  });

  const start = line.timeUs;
  const widths: readonly [string, readonly Partial<WrittenLine>[]][] = [
    ["all empty, one time", [{ text: "" }, { text: "" }]],
    ["times in 1 byte, lengths in 1", [{}, { timeUs: start + 127, text: "a".repeat(255) }]],
    [
      "times in 2 bytes, lengths in 2",
      [{}, { timeUs: start + 128 }, { timeUs: start + 128 + 0x7fff, text: "a".repeat(256) }],
    ],
    ["times in 4 bytes, lengths in 2", [{}, { timeUs: start + 0x8000, text: "a".repeat(65_535) }]],
    ["times in 4 bytes, lengths in 4", [{}, { timeUs: start + 0x7fff_ffff, text: "a".repeat(65_536) }]],
    ["times in 8 bytes", [{}, { timeUs: start + 0x8000_0000 }, { timeUs: Number.MAX_SAFE_INTEGER }]],
  ];
  for (const [name, lines] of widths)
    test(name, () => {
      const written = lines.map((part) => ({ ...line, ...part }));
      const block = decodeLines(openFrame(frameOf(chunkOf(written))), decompress);
      expect(writtenLines(block)).toEqual(written);
    });

  test("as objects, from any index on", () => {
    const block = decodeColumns(small.header, small.columns);
    const lines = [...linesOf(block, 1)];
    expect(
      lines.map(({ sequence, source, level, continued }) => [sequence, source, level, continued]),
    ).toEqual([
      [2, "stderr", "ERROR", false],
      [3, "stdout", "INFO", false],
      [4, "agent", "WARN", true],
    ]);
    expect(lines[1]?.fields).toEqual({ a: 1, nested: { list: [null, true, "x"] } });
    expect(lines[0]).not.toHaveProperty("fields");
    expect([...linesOf(block)].map(({ text }) => text)).toEqual(["hello", "no such file", '{"a":1}', "tail"]);
  });

  test("as objects, a byte order mark and all", () => {
    const chunk = chunkOf([{ ...line, text: "\uFEFFhello" }]);
    const [marked] = linesOf(decodeColumns(chunk.header, chunk.columns));
    expect(marked?.text).toBe("\uFEFFhello");
  });

  test("from whatever kind of byte array the runtime hands over", () => {
    const lines = writtenLines(decodeColumns(small.header, small.columns));
    const padded = new Uint8Array(small.columns.length + 3);
    padded.set(small.columns, 3);
    for (const columns of [Buffer.from(small.columns), new Uint8Array(small.columns), padded.subarray(3)])
      expect(writtenLines(decodeColumns(small.header, columns))).toEqual(lines);
  });

  test("a frame has bytes of its own, so it can be transferred", () => {
    const frame = frameOf(small);
    expect(frame.buffer.byteLength).toBe(frame.length);
    structuredClone(frame, { transfer: [frame.buffer] });
    expect(openFrame(frameOf(small)).header).toEqual(small.header);
  });
});

describe("renumbering", () => {
  test("changes the sequences and nothing else", () => {
    const frame = frameOf(small);
    const renumbered = openFrame(renumberFrame(frame, 1_000));
    expect(renumbered.header).toEqual({ ...small.header, firstSequence: 1_000 });
    expect(lastSequence(renumbered.header)).toBe(1_003);
    expect(renumbered.body).toEqual(openFrame(frame).body);
  });

  test("gives the same frame back where nothing changes", () => {
    const frame = frameOf(small);
    expect(renumberFrame(frame, 1)).toBe(frame);
  });
});
