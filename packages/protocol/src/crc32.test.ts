import { describe, expect, test } from "bun:test";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { crc32 as portable } from "./crc32.ts";
import { crc32 as chosen } from "./index.ts";

describe.each([
  ["the portable one", portable],
  ["the runtime's", chosen],
])("%s", (_name, crc32) => {
  test("the check value of the standard", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  test("agrees with zlib at every length up to 64", () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 167) & 0xff);
    for (let length = 0; length <= bytes.length; length++)
      expect(crc32(bytes.subarray(0, length))).toBe(zlibCrc32(bytes.subarray(0, length)));
  });

  test("agrees with zlib on random bytes, in one piece or continued anywhere", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat(), (bytes, random) => {
        const cut = random % (bytes.length + 1);
        const expected = zlibCrc32(bytes);
        expect(crc32(bytes)).toBe(expected);
        expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(expected);
      }),
    );
  });
});
