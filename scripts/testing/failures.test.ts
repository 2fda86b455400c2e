import { expect, test } from "bun:test";
import { failuresOf } from "./failures.ts";

test("tells each failed test with what stands before it, and nothing of those that passed", () => {
  const output =
    "a.test.ts:\nnoise of a\n(pass) a\nerror: not equal\n  at b\n(fail) b\n(pass) c\n(fail) d\n\n 2 pass\n 2 fail\n";
  expect(failuresOf(output)).toEqual(["error: not equal\n  at b\n(fail) b", "(fail) d"]);
});

test("a crash is told by the end of the output", () => {
  expect(failuresOf("(pass) a\npanic: Segmentation fault\n")).toEqual([
    "(pass) a\npanic: Segmentation fault",
  ]);
});
