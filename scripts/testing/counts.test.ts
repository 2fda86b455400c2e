import { expect, test } from "bun:test";
import { countsOf, isSuccess, none, summaryLine } from "./counts.ts";

test("reads what Bun says at the end of a run", () => {
  const output =
    "(pass) a\n(fail) b\n\n 12 pass\n 1 skip\n 2 todo\n 3 fail\n 40 expect() calls\nRan 18 tests";
  expect(countsOf(output, 1)).toEqual({ passed: 12, failed: 3, skipped: 3 });
});

test("a line of a test's own does not count", () => {
  expect(countsOf(" 99 pass\n 99 fail\n\n 1 pass\n 0 fail\n", 0)).toEqual({
    passed: 1,
    failed: 0,
    skipped: 0,
  });
});

test("a crash counts as a failure, with or without a summary", () => {
  expect(countsOf("panic: Segmentation fault\n", 139)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(countsOf(" 5 pass\n 0 fail\n", 1)).toEqual({ passed: 5, failed: 1, skipped: 0 });
});

test("a run that says nothing of its tests is a failure even if it ends well", () => {
  expect(countsOf("", 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("the last line is plain", () => {
  expect(summaryLine({ passed: 2, failed: 0, skipped: 0 })).toBe("2 passed, 0 failed");
  expect(summaryLine({ passed: 2, failed: 1, skipped: 3 })).toBe("2 passed, 1 failed, 3 skipped");
});

test("nothing run is no success", () => {
  expect(isSuccess(none)).toBe(false);
  expect(isSuccess({ passed: 1, failed: 0, skipped: 0 })).toBe(true);
  expect(isSuccess({ passed: 9, failed: 1, skipped: 0 })).toBe(false);
});
