import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bounds } from "../bounds.ts";
import { bytesOf, cutAt, latin1 } from "../fixtures/masked.ts";
import { LineFilter } from "./line-filter.ts";
import { LineJudge, type LinePatterns } from "./line-judge.ts";

interface Filtered {
  readonly text: string;
  readonly masked: number;
  readonly lines: number;
  readonly bytes: number;
}

function judge(patterns: Partial<LinePatterns>): LineJudge {
  return new LineJudge({ patterns: [], excludePatterns: [], includePatterns: [], mode: "mask", ...patterns });
}

function filterBlocks(patterns: Partial<LinePatterns>, blocks: readonly Uint8Array[]): Filtered {
  const leftOut = { lines: 0, bytes: 0 };
  const filter = new LineFilter(judge(patterns), (lines, bytes) => {
    leftOut.lines += lines;
    leftOut.bytes += bytes;
  });
  const out = blocks.map((block) => latin1(filter.push(block)));
  out.push(latin1(filter.end(new Uint8Array(0))));
  return { text: out.join(""), masked: filter.masked, ...leftOut };
}

function filterText(patterns: Partial<LinePatterns>, text: string): string {
  return Buffer.from(filterBlocks(patterns, [bytesOf(text)]).text, "latin1").toString();
}

describe("what matches is masked", () => {
  test.each<[Partial<LinePatterns>, string, string]>([
    [{ patterns: [/tok_\w+/] }, "a tok_1 tok_2\nb\n", "a *** ***\nb\n"],
    [{ patterns: [/^a.*$/] }, "ab\nba\nab", "***\nba\n***"],
    [{ patterns: [/^a.*$/] }, "ab\r\nba\r\n", "***\r\nba\r\n"],
    [{ patterns: [/パスワード/] }, "私のパスワード\nb\n", "私の***\nb\n"],
    [{ patterns: [/TOKEN/i] }, "a token\n", "a ***\n"],
    [{ patterns: [/a\s*b/] }, "a\nb\na b\n", "a\nb\n***\n"],
    [{ patterns: [/x*/] }, "axxb\n", "a***b\n"],
    [{ patterns: [/a(?!\s)/] }, "a\nb\na b\n", "***\nb\na b\n"],
    [{ patterns: [/(?<!\n)a/] }, "b\na\n", "b\n***\n"],
    [{ excludePatterns: [/.*token.*/] }, "a token b\nc\n", "***\nc\n"],
    [{ excludePatterns: [/secret/], patterns: [/token/] }, "secret token\n", "*** ***\n"],
  ])("%p in %j", (patterns, text, shown) => expect(filterText(patterns, text)).toBe(shown));

  test("in a line that is no UTF-8, which is repaired, and in no other", () => {
    const bytes = Uint8Array.of(0xff, 0x0a, 0xff, ...bytesOf("token\n"));
    expect(filterBlocks({ patterns: [/token/] }, [bytes]).text).toBe(
      `\xff\n${latin1(bytesOf("\ufffd"))}***\n`,
    );
  });
});

describe("lines are left out, and counted", () => {
  test.each<[Partial<LinePatterns>, string, Filtered]>([
    [
      { excludePatterns: [/token/], mode: "drop" },
      "a\na token\nb\n",
      { text: "a\nb\n", masked: 0, lines: 1, bytes: 8 },
    ],
    [{ includePatterns: [/^a/] }, "a\nb\nab\nc", { text: "a\nab\n", masked: 0, lines: 2, bytes: 3 }],
    [{ includePatterns: [/^a/, /^b/] }, "a\nb\nc\n", { text: "a\nb\n", masked: 0, lines: 1, bytes: 2 }],
    [{ includePatterns: [/^a/, /.*/] }, "a\nb\nc\n", { text: "a\nb\nc\n", masked: 0, lines: 0, bytes: 0 }],
    [
      { includePatterns: [/^a/], excludePatterns: [/token/] },
      "a token\nb\n",
      { text: "a ***\n", masked: 1, lines: 1, bytes: 2 },
    ],
    [
      { leastLevel: "WARN" },
      "INFO a\nERROR b\n  at c\n\x1b[32mDEBUG\x1b[0m d\nWARN e\n",
      { text: "ERROR b\n  at c\nWARN e\n", masked: 0, lines: 2, bytes: 7 + 17 },
    ],
  ])("%p in %j", (patterns, text, filtered) =>
    expect(filterBlocks(patterns, [bytesOf(text)])).toEqual(filtered),
  );

  test("nothing has to be judged where no pattern is, or only one that matches all", () => {
    expect(judge({}).isIdle).toBe(true);
    expect(judge({ includePatterns: [/.*/] }).isIdle).toBe(true);
    expect(judge({ includePatterns: [/a/] }).isIdle).toBe(false);
    expect(judge({ leastLevel: "DEBUG" }).isIdle).toBe(true);
    expect(judge({ leastLevel: "INFO" }).isIdle).toBe(false);
  });
});

test("lines come out the same however they were split", () => {
  const parts = fc.array(fc.constantFrom("a", "tok", "en", "あ", "\r\n", "\n", "\xff", "drop"), {
    maxLength: 30,
  });
  const patterns: Partial<LinePatterns>[] = [
    { patterns: [/token/, /あa/] },
    { excludePatterns: [/drop/], patterns: [/token/], mode: "drop" },
    { includePatterns: [/a|あ/], excludePatterns: [/token/] },
  ];
  fc.assert(
    fc.property(
      parts,
      fc.array(fc.nat(200), { maxLength: 6 }),
      fc.constantFrom(...patterns),
      (written, cuts, which) => {
        const bytes = Buffer.concat(
          written.map((part) => Buffer.from(part, part === "\xff" ? "latin1" : "utf8")),
        );
        expect(filterBlocks(which, cutAt(bytes, cuts))).toEqual(filterBlocks(which, [bytes]));
      },
    ),
    { numRuns: 3_000 },
  );
});

describe("a very long line", () => {
  const long = `token ${"x".repeat(3 * bounds.maxJudgedLineBytes)}`;

  test("is judged in parts, none of which is lost", () => {
    const text = `${long}token\ntoken\n`;
    const shown = text.replaceAll("token", "***");
    for (const cuts of [[], [7], [bounds.maxJudgedLineBytes, 2 * bounds.maxJudgedLineBytes, text.length - 6]])
      expect(filterBlocks({ patterns: [/token/] }, cutAt(bytesOf(text), cuts))).toMatchObject({
        text: shown,
        masked: 3,
      });
  });

  test("is left out as one", () => {
    const text = `${long}\nb\n`;
    for (const cuts of [[], [7], [70_000, 140_000]])
      expect(filterBlocks({ excludePatterns: [/token/], mode: "drop" }, cutAt(bytesOf(text), cuts))).toEqual({
        text: "b\n",
        masked: 0,
        lines: 1,
        bytes: text.length - 2,
      });
  });

  test("of bytes that are no UTF-8 comes apart", () => {
    const bytes = new Uint8Array(2 * bounds.maxJudgedLineBytes + 10).fill(0x80);
    expect(filterBlocks({ patterns: [/token/] }, [bytes]).text).toBe(latin1(bytes));
  });
});

describe("a pause", () => {
  function parts(patterns: Partial<LinePatterns>, written: readonly string[]): string[] {
    const filter = new LineFilter(judge(patterns), () => {});
    return written.map((part) => latin1(filter.push(bytesOf(part))) + latin1(filter.release()));
  }

  test("shows what may be seen of a line so far", () => {
    expect(parts({ patterns: [/t=\w+/] }, ["name? ", "bob\n"])).toEqual(["name? ", "bob\n"]);
    expect(parts({ patterns: [/t=\w+/] }, ["a t=1", "23", " b\n"])).toEqual(["a ***", "", " b\n"]);
    expect(parts({ patterns: [/t=\w+/] }, ["a t", "=", "1\n"])).toEqual(["a t", "=", "***\n"]);
    expect(parts({ patterns: [/x/] }, ["あ"])).toEqual([latin1(bytesOf("あ"))]);
  });

  test("shows nothing of a line that would be left out", () => {
    const drop = { excludePatterns: [/token/], mode: "drop" } as const;
    expect(parts(drop, ["a token", " b\n", "c\n"])).toEqual(["", "", "c\n"]);
    expect(parts({ includePatterns: [/^a/] }, ["b", "\n", "a", "\n"])).toEqual(["", "", "a", "\n"]);
  });

  test("decides that a line is not left out, so what comes to light later is masked", () => {
    const drop = { excludePatterns: [/token/], mode: "drop" } as const;
    expect(parts(drop, ["a ", "token b\n", "token\n"])).toEqual(["a ", "*** b\n", ""]);
  });
});
