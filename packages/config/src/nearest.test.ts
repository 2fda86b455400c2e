import { describe, expect, test } from "bun:test";
import { editDistance, nearest } from "./nearest.ts";

describe("the distance of two words", () => {
  test.each([
    ["", "", 0],
    ["", "abc", 3],
    ["abc", "abc", 0],
    ["port", "prot", 1],
    ["host", "hosts", 1],
    ["kitten", "sitting", 3],
  ])("%p and %p: %d", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe("what was meant", () => {
  const words = ["server.port", "server.host", "auth.users"];

  test("is the nearest, whatever the case", () => {
    expect(nearest("server.prot", words)).toBe("server.port");
    expect(nearest("SERVER.HOTS", words)).toBe("server.host");
  });

  test("is nothing where nothing is near", () => {
    expect(nearest("colour", words)).toBeUndefined();
    expect(nearest("x", ["y"])).toBeUndefined();
  });
});
