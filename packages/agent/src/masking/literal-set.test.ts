import { expect, test } from "bun:test";
import fc from "fast-check";
import { bytesOf } from "../fixtures/masked.ts";
import { LiteralSet } from "./literal-set.ts";

const few = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength, maxLength });

function findAll(set: LiteralSet, text: Uint8Array, end: number): string[] {
  const found: string[] = [];
  for (let at = set.find(text, 0, end); at !== -1; at = set.find(text, at + 1, end))
    found.push(`${at}+${set.foundBytes}`);
  return found;
}

function expectAll(literals: readonly string[], text: string): string[] {
  return Array.from(text, (_, at) => {
    const there = literals.filter((literal) => text.startsWith(literal, at)).map(({ length }) => length);
    return there.length === 0 ? [] : [`${at}+${Math.max(...there)}`];
  }).flat();
}

test("finds what looking at every place finds", () => {
  fc.assert(
    fc.property(fc.uniqueArray(few(3, 9), { maxLength: 8 }), few(0, 60), (literals, text) => {
      const set = new LiteralSet(literals.map(bytesOf));
      expect(findAll(set, bytesOf(text), text.length)).toEqual(expectAll(literals, text));
    }),
    { numRuns: 3_000 },
  );
});

test("finds a literal among a thousand in random bytes", () => {
  const random = fc.uint8Array({ minLength: 16, maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(random, { minLength: 200, maxLength: 200 }),
      fc.nat(199),
      random,
      (literals, at, before) => {
        const set = new LiteralSet(literals);
        const text = Buffer.concat([before, literals[at]!, before]);
        const places: number[] = [];
        for (
          let place = set.find(text, 0, text.length);
          place !== -1;
          place = set.find(text, place + 1, text.length)
        )
          places.push(place);
        expect(places).toContain(before.length);
      },
    ),
    { numRuns: 50 },
  );
});

test("an occurrence past the end is none", () => {
  const set = new LiteralSet([bytesOf("secret")]);
  expect(set.find(bytesOf("a secret"), 0, 7)).toBe(-1);
  expect(set.find(bytesOf("a secret"), 0, 8)).toBe(2);
  expect(new LiteralSet([]).find(bytesOf("a secret"), 0, 8)).toBe(-1);
});

test("a text is unfinished from where all its rest begins a longer literal", () => {
  fc.assert(
    fc.property(fc.uniqueArray(few(3, 9), { maxLength: 8 }), few(0, 40), (literals, text) => {
      const begins = (rest: string) =>
        literals.some((one) => one.length > rest.length && one.startsWith(rest));
      const expected = Array.from(text, (_, at) => at).find((at) => begins(text.slice(at))) ?? text.length;
      const set = new LiteralSet(literals.map(bytesOf));
      expect(set.unfinishedFrom(bytesOf(text), 0, text.length)).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
});
