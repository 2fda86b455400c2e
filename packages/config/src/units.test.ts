import { expect, test } from "bun:test";
import { parseBytes, parseDurationMs, showBytes, showDuration } from "./units.ts";

test.each([
  ["0", 0],
  ["30", 30_000],
  ["1.5", 1_500],
  ["500ms", 500],
  ["2m", 120_000],
  ["1m30s", 90_000],
  ["1h", 3_600_000],
  ["30d", 2_592_000_000],
])("the duration %p is %d ms", (text, ms) => expect(parseDurationMs(text)).toBe(ms));

test.each(["", "-1", "soon", "5x", "1e3", "ms"])("the duration %p is none", (text) =>
  expect(parseDurationMs(text)).toBeUndefined(),
);

test.each([
  ["0", 0],
  ["8192", 8_192],
  ["1k", 1_024],
  ["512MiB", 512 * 1024 ** 2],
  ["100MB", 100 * 1024 ** 2],
  ["1GiB", 1024 ** 3],
  ["1.5M", 1.5 * 1024 ** 2],
])("the size %p is %d bytes", (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each(["", "many", "-1", "1 x"])("the size %p is none", (text) =>
  expect(parseBytes(text)).toBeUndefined(),
);

test.each([0, 1, 20, 1_500, 90_000, 86_400_000])("%d ms is shown as it can be read", (ms) =>
  expect(parseDurationMs(showDuration(ms))).toBe(ms),
);

test.each([0, 1, 1_000, 8_192, 1024 ** 3])("%d bytes are shown as they can be read", (bytes) =>
  expect(parseBytes(showBytes(bytes))).toBe(bytes),
);
