import { describe, expect, test } from "bun:test";
import {
  flagsLevel,
  flagsSource,
  LineFlag,
  levelCode,
  levelOf,
  levels,
  lineFlags,
  sourceCode,
  sourceOf,
  sources,
  terminatorBytes,
} from "./index.ts";

describe("a flags byte", () => {
  test("holds every source, level and extra at once", () => {
    const extras = [LineFlag.guessed, LineFlag.continued, LineFlag.fields, LineFlag.crlf];
    const all = extras.reduce((sum, flag) => sum | flag);
    for (const source of sources)
      for (const level of levels)
        for (const extra of [0, ...extras, all]) {
          const flags = lineFlags(sourceCode[source], levelCode[level], extra);
          expect(flags).toBeLessThan(256);
          expect([sourceOf(flags), levelOf(flags), flags & all]).toEqual([source, level, extra]);
          expect([flagsSource(flags), flagsLevel(flags)]).toEqual([sourceCode[source], levelCode[level]]);
        }
  });

  test("says how many bytes end the line", () => {
    expect(terminatorBytes(0)).toBe(1);
    expect(terminatorBytes(LineFlag.crlf)).toBe(2);
    expect(terminatorBytes(LineFlag.continued)).toBe(0);
    expect(terminatorBytes(LineFlag.continued | LineFlag.crlf)).toBe(0);
  });
});

test("codes are places in their lists", () => {
  expect(sources.map((source) => sourceCode[source])).toEqual([0, 1, 2]);
  expect(levels.map((level) => levelCode[level])).toEqual([0, 1, 2, 3]);
});
