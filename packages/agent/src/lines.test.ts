import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "@keruta/protocol";
import fc from "fast-check";
import { ColumnCutter, cut } from "./fixtures/cut.ts";

const utf8 = new TextEncoder();
const corpus = join(import.meta.dir, "../../protocol/src/fixtures/corpus");

function bytesOf(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Each line as its text and what its flags say. */
function described(text: string | Uint8Array, maxLineBytes?: number): string[] {
  const bytes = typeof text === "string" ? bytesOf(text) : text;
  return cut([bytes], maxLineBytes).lines.map((line) => (line.continued ? `${line.text}…` : line.text));
}

describe("lines", () => {
  test.each([
    ["", []],
    ["a\nb\n", ["a", "b"]],
    ["\n\n", ["", ""]],
    ["a", ["a…"]],
    ["a\nb", ["a", "b…"]],
    ["a\r\nb\r\n", ["a", "b"]],
    ["a\rb\n", ["a\rb"]],
    ["a\r", ["a\r…"]],
    ["\r\n", [""]],
    ["a\0b\n", ["a\0b"]],
    ["\ufeffa\n", ["\ufeffa"]],
  ])("%p", (text, expected) => expect(described(text)).toEqual(expected));

  test("the text column is what was written", () => {
    const text = "a\r\nb\n\nc\rd";
    expect(cut([bytesOf(text)]).text.toString()).toBe(text);
  });

  test.each(readdirSync(corpus).filter((name) => name.endsWith(".log")))(
    "%s comes out the same however it was split",
    (name) => {
      const bytes = new Uint8Array(readFileSync(join(corpus, name)));
      expect(cut([bytes]).text.equals(bytes)).toBe(true);
      const cutter = new ColumnCutter();
      for (const maxLineBytes of [64, 8_192]) {
        const whole = cutter.columnsOf([bytes], maxLineBytes);
        for (let at = 0; at <= bytes.length; at++) {
          const split = cutter.columnsOf([bytes.subarray(0, at), bytes.subarray(at)], maxLineBytes);
          if (!split.equals(whole)) throw new Error(`split at ${at}, its lines are others`);
        }
        const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
        expect(cutter.columnsOf(single, maxLineBytes).equals(whole)).toBe(true);
      }
    },
    60_000,
  );
});

describe("long lines", () => {
  test.each([
    ["abcdefgh\n", ["abcdefgh"]],
    ["abcdefgh\r\n", ["abcdefgh"]],
    ["abcdefghi\n", ["abcdefgh…", "i"]],
    ["abcdefghi\r\n", ["abcdefgh…", "i"]],
    ["abcdefgh", ["abcdefgh…"]],
    ["abcdefgh\r", ["abcdefgh…", "\r…"]],
    ["abcdefghijklmnopq\n", ["abcdefgh…", "ijklmnop…", "q"]],
    ["ああああ\n", ["ああ…", "ああ"]],
    ["a😀😀😀\n", ["a😀…", "😀😀"]],
    ["x\nabcdefghi\ny\n", ["x", "abcdefgh…", "i", "y"]],
  ])("%p", (text, expected) => expect(described(text, 8)).toEqual(expected));

  test("inherit the level of their first part", () => {
    const { lines } = cut([bytesOf("ERROR: a long one\nplain\n")], 8);
    expect(lines.map((line) => line.level)).toEqual(["ERROR", "ERROR", "ERROR", "INFO"]);
  });

  test("20 MB without a newline is held back only in part", () => {
    const block = new Uint8Array(64 * 1024).fill(0x78);
    const { lines, text } = cut(Array.from({ length: 320 }, () => block));
    expect(text.length).toBe(320 * block.length);
    expect(lines.length).toBe((320 * block.length) / 8_192);
  });
});

describe("invalid UTF-8", () => {
  test.each([
    [[0xff], "\ufffd", 1],
    [[0xc3], "\ufffd", 1],
    [[0xe3, 0x81], "\ufffd", 1],
    [[0xe3, 0x81, 0x41], "\ufffdA", 1],
    [[0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd", 3],
    [[0xf0, 0x9f, 0x98, 0x80], "😀", 0],
    [[0xef, 0xbf, 0xbd], "\ufffd", 0],
    [[0xef, 0xbf, 0xbd, 0xff], "\ufffd\ufffd", 1],
    [[0xc0, 0xaf], "\ufffd\ufffd", 2],
  ])("%p becomes %p, %d replaced", (bytes, text, replaced) => {
    const { lines, invalidBytes } = cut([Uint8Array.from([...bytes, 0x0a])]);
    expect(lines.map((line) => line.text)).toEqual([text]);
    expect(invalidBytes).toBe(replaced);
  });

  test("any bytes come out the same however they were split", () => {
    const awkward = fc.constantFrom(
      0x0a,
      0x0d,
      0x41,
      0x80,
      0xbf,
      0xc3,
      0xe3,
      0x81,
      0x82,
      0xed,
      0xa0,
      0xf0,
      0x9f,
      0x98,
      0xff,
      0xef,
      0xbd,
    );
    fc.assert(
      fc.property(
        fc.array(awkward, { maxLength: 80 }),
        fc.array(fc.nat(80), { maxLength: 4 }),
        (raw, cuts) => {
          const bytes = Uint8Array.from(raw);
          const at = [
            0,
            ...cuts.map((each) => each % (bytes.length + 1)).sort((a, b) => a - b),
            bytes.length,
          ];
          const blocks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
          for (const maxLineBytes of [16, 8_192]) {
            const whole = cut([bytes], maxLineBytes);
            const split = cut(blocks, maxLineBytes);
            expect(split.lines).toEqual(whole.lines);
            expect(split.invalidBytes).toBe(whole.invalidBytes);
            expect(whole.text.toString()).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("levels", () => {
  test("a stack trace inherits, the next plain line does not", () => {
    const { lines } = cut([bytesOf("ERROR: x\n\tat a.b(c)\nCaused by: y\nplain\n")]);
    expect(lines.map((line) => [line.level, line.levelGuessed])).toEqual([
      ["ERROR", false],
      ["ERROR", true],
      ["ERROR", true],
      ["INFO", true],
    ]);
  });
});

describe("chunks", () => {
  test("are closed at their size", () => {
    const line = bytesOf(`${"x".repeat(99)}\n`);
    const bytes = Buffer.concat(Array.from({ length: 10_000 }, () => line));
    const { chunks, text } = cut([bytes]);
    expect(chunks).toBe(Math.ceil(bytes.length / limits.chunkFlushBytes));
    expect(text.equals(bytes)).toBe(true);
  });

  test("are closed at their number of lines", () => {
    const bytes = new Uint8Array(limits.maxChunkLines + 1).fill(0x0a);
    expect(cut([bytes]).chunks).toBe(2);
  });
});
