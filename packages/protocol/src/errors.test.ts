import { describe, expect, test } from "bun:test";
import { errorCodeOf, errorKinds, isTerminalClose, KerutaError } from "./index.ts";

const kinds = Object.entries(errorKinds);

describe("the table of errors", () => {
  test("gives every code its own meaning", () => {
    expect(new Set(kinds.map(([, { meaning }]) => meaning)).size).toBe(kinds.length);
  });

  for (const [code, { meaning, close, status }] of kinds)
    test(`${code} is a word, a sentence and two valid numbers`, () => {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      // 1012 is the standard's "service restart"; the rest are from the range for applications.
      expect(close === 1012 || (close >= 4000 && close <= 4999)).toBe(true);
      expect(status >= 400 && status <= 599).toBe(true);
    });

  test("codes that close alike agree on whether to come back", () => {
    const actions = Map.groupBy(kinds, ([, { close }]) => close);
    for (const [close, members] of actions)
      expect({ close, actions: new Set(members.map(([, { action }]) => action)).size }).toEqual({
        close,
        actions: 1,
      });
  });
});

describe("a close code", () => {
  test("is final exactly where its errors say stop", () => {
    for (const [, { close, action }] of kinds) expect(isTerminalClose(close)).toBe(action === "stop");
  });

  test("of the standard or of somebody else's is not final", () => {
    for (const close of [1000, 1001, 1006, 1009, 1011, 1012, 4999])
      expect(isTerminalClose(close)).toBe(false);
  });
});

describe("an error", () => {
  test("carries its code, its sentence and its cause", () => {
    const cause = new Error("disk full");
    const error = new KerutaError("DATABASE_ERROR", "cannot store the chunk: disk full", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("KerutaError");
    expect(error.kind).toBe(errorKinds.DATABASE_ERROR);
    expect(error.cause).toBe(cause);
  });

  test("code of ours is told from any other word", () => {
    expect(errorCodeOf("SUPERSEDED")).toBe("SUPERSEDED");
    for (const other of ["", "superseded", "toString", "__proto__", "constructor"])
      expect(errorCodeOf(other)).toBeUndefined();
  });
});
