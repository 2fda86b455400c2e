import { expect, test } from "bun:test";
import { SequenceSet } from "./sequence-set.ts";

test("names the holes, at the edges too", () => {
  const set = new SequenceSet();
  set.add(3, 4);
  set.add(8, 9);
  expect(set.missing(1, 10)).toBe("1-2 5-7 10");
  expect(set.count).toBe(4);
});

test("joins neighbours, whatever their order", () => {
  const set = new SequenceSet();
  set.add(5, 6);
  set.add(1, 2);
  set.add(3, 4);
  expect(set.toString()).toBe("1-6");
  expect(set.missing(1, 6)).toBe("");
});

test("counts what came twice and still knows what is missing", () => {
  const set = new SequenceSet();
  set.add(1, 5);
  expect(set.add(4, 8)).toBe(2);
  expect(set.add(1, 8)).toBe(8);
  expect(set.missing(1, 9)).toBe("9");
});
