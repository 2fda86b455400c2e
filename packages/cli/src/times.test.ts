import { expect, test } from "bun:test";
import { isoTime, parseSince } from "./times.ts";

test("times have microseconds", () => {
  expect(isoTime(1_700_000_000_000_007)).toBe("2023-11-14T22:13:20.000007Z");
});

test.each([
  ["90s", 1_000_000 - 90_000],
  ["15m", 1_000_000 - 900_000],
  ["0.5h", 1_000_000 - 1_800_000],
  ["1970-01-01T00:00:01Z", 1_000],
])("--since %s", (text, timeMs) => {
  expect(parseSince(text, 1_000_000)).toBe(timeMs * 1_000);
});

test("what is no time is refused with what is", () => {
  expect(() => parseSince("yesterday", 0)).toThrow("--since yesterday: give a time like");
});
