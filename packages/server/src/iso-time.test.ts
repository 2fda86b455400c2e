import { expect, test } from "bun:test";
import { inclusiveEndUs, isoTime, timeUsOf } from "./iso-time.ts";

test("times come in every documented spelling and go out in one", () => {
  const us = Date.UTC(2024, 0, 2, 3, 4, 5) * 1_000;
  const spellings: readonly [string, number][] = [
    ["2024-01-02T03:04:05Z", 0],
    ["2024-01-02T03:04:05", 0],
    ["2024-01-02 03:04:05", 0],
    ["2024-01-02t03:04:05z", 0],
    ["2024-01-02T12:04:05+09:00", 0],
    ["2024-01-02T12:04:05 09:00", 0],
    ["2024-01-02T12:04:05+0900", 0],
    ["2024-01-01T22:04:05-05", 0],
    ["2024-01-02T03:04:05.678Z", 678_000],
    ["2024-01-02T03:04:05,678901234", 678_901],
    ["2024-01-02T03:04", -5_000_000],
    ["2024-01-02", -11_045_000_000],
  ];
  for (const [text, offset] of spellings) expect([text, timeUsOf(text)]).toEqual([text, us + offset]);
  expect(isoTime(us + 678_901)).toBe("2024-01-02T03:04:05.678Z");
});

test("what is no time, or before all time, is none", () => {
  const texts = [
    "",
    "yesterday",
    "1704164645",
    "2024-13-01",
    "2023-02-29",
    "2024-01-02T24:61:00Z",
    "0001-01-01T00:00:00Z",
    "2024-01-02T03:04:05+99:00",
  ];
  for (const text of texts) expect([text, timeUsOf(text)]).toEqual([text, undefined]);
});

test("a bound to the millisecond covers all of it, a finer one what it says", () => {
  const us = Date.UTC(2024, 0, 2) * 1_000;
  expect(inclusiveEndUs("2024-01-02")).toBe(us + 999);
  expect(inclusiveEndUs("2024-01-02T00:00:00.000Z")).toBe(us + 999);
  expect(inclusiveEndUs("2024-01-02T00:00:00.000001Z")).toBe(us + 1);
  expect(inclusiveEndUs("never")).toBeUndefined();
});
