import { expect, test } from "bun:test";
import { limits } from "@keruta/protocol";
import { inputPieces } from "./input-pieces.ts";

async function piecesOf(blocks: Uint8Array[], newline = true): Promise<string[]> {
  return Array.fromAsync(inputPieces(blocks, newline));
}

test("what is typed goes out as it comes, and the end gets the newline it lacks", async () => {
  const typed = ["yes\n", "no"].map((text) => Buffer.from(text));
  expect(await piecesOf(typed)).toEqual(["yes\n", "no", "\n"]);
  expect(await piecesOf(typed, false)).toEqual(["yes\n", "no"]);
  expect(await piecesOf([Buffer.from("yes\n")])).toEqual(["yes\n"]);
  expect(await piecesOf([])).toEqual([]);
});

test("characters stay whole, between blocks and between pieces, and every piece is one the server takes", async () => {
  const text = "aあ😀é".repeat(20_000);
  const bytes = Buffer.from(text);
  const blocks = Array.from({ length: Math.ceil(bytes.length / 7_001) }, (_, index) =>
    bytes.subarray(index * 7_001, (index + 1) * 7_001),
  );
  for (const given of [blocks, [bytes]]) {
    const pieces = await piecesOf(given, false);
    expect(pieces.join("")).toBe(text);
    for (const piece of pieces) {
      expect(Buffer.byteLength(piece)).toBeLessThan(limits.maxInputBytes);
      expect(piece.isWellFormed()).toBe(true);
    }
  }
});
