import { expect, test } from "bun:test";
import { clockTime, elapsedTime, tookTime } from "./clock.ts";

test("local time of day to the millisecond", () => {
  const date = new Date(2026, 0, 2, 3, 4, 5, 6);
  expect(clockTime(date.getTime() * 1_000 + 999)).toBe("03:04:05.006");
  expect(clockTime(new Date(2026, 0, 2, 23, 59, 59, 999).getTime() * 1_000)).toBe("23:59:59.999");
});

test.each([
  [0, "0:00"],
  [7_999, "0:07"],
  [761_000, "12:41"],
  [3_729_000, "1:02:09"],
  [-5, "0:00"],
])("%d ms is %s", (ms, expected) => {
  expect(elapsedTime(ms)).toBe(expected);
});

test.each([
  [0, "0.0 s"],
  [449, "0.4 s"],
  [59_949, "59.9 s"],
  [59_960, "0:59"],
  [61_000, "1:01"],
])("%d ms took %s", (ms, expected) => {
  expect(tookTime(ms)).toBe(expected);
});
