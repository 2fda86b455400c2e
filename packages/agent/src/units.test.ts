import { expect, test } from "bun:test";
import { parseBytes, parseDurationMs } from "./units.ts";

test.each([
  ["0", 0],
  ["30", 30_000],
  ["1.5", 1_500],
  ["500ms", 500],
  ["2m", 120_000],
  ["1m30s", 90_000],
  ["1h", 3_600_000],
])("the duration %p is %d ms", (text, ms) => expect(parseDurationMs(text)).toBe(ms));

test("a plain number may have another unit", () => expect(parseDurationMs("20", 1)).toBe(20));

test.each(["", "-1", "soon", "5x", "1e3", "ms"])("the duration %p is refused", (text) =>
  expect(() => parseDurationMs(text)).toThrow("cannot read the duration"),
);

test.each([
  ["0", 0],
  ["8192", 8_192],
  ["1k", 1_024],
  ["512MiB", 512 * 1024 ** 2],
  ["1GiB", 1024 ** 3],
  ["1.5M", 1.5 * 1024 ** 2],
])("the size %p is %d bytes", (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each(["", "many", "-1", "1 x"])("the size %p is refused", (text) =>
  expect(() => parseBytes(text)).toThrow("cannot read the size"),
);
