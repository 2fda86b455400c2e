import { expect, test } from "bun:test";
import fc from "fast-check";
import { LinePattern } from "./line-pattern.ts";

test("a text in which a line matches is never passed over", () => {
  const sources = [
    "^a",
    "b$",
    "a.*b",
    "\\bab\\b",
    "[^a]b",
    "a\\s?b",
    "(a|b)\\1",
    "a(?!\\s)",
    "(?<!b)a",
    "(?<x>a)b",
    ".*ab.*",
  ];
  const line = fc.string({ unit: fc.constantFrom("a", "b", " ", "\u2028"), maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(line, { maxLength: 5 }), (source, lines) => {
      const pattern = new LinePattern(new RegExp(source, "g"));
      if (lines.some((one) => pattern.matches(one)))
        for (const end of ["\n", "\r\n"])
          expect(pattern.mayMatchIn(lines.map((one) => one + end).join(""))).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});
