import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { chunkOf, decompress, type WrittenLine, writtenLines } from "./chunk-of-lines.cases.ts";
import { decodeLines, encodeFrame, openFrame } from "./index.ts";

interface Golden {
  readonly firstSequence: number;
  readonly invalidBytes: number;
  readonly lines: readonly WrittenLine[];
}

const folder = new URL("../golden/", import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".frame"))
  .map((name) => name.slice(0, -".frame".length));

test("the golden chunks are here", () => {
  expect(names.sort()).toEqual(["big", "fields", "line-ends", "plain", "sources-and-levels", "wide"]);
});

for (const name of names)
  describe(`golden chunk ${name}`, () => {
    const bytes = new Uint8Array(readFileSync(new URL(`${name}.frame`, folder)));
    const golden = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Golden;
    const frame = openFrame(bytes);

    test("decodes to its lines", () => {
      expect(writtenLines(decodeLines(frame, decompress))).toEqual([...golden.lines]);
    });

    test("is what its lines are encoded to, byte for byte", () => {
      const { header, columns } = chunkOf(golden.lines, golden.firstSequence, golden.invalidBytes);
      expect(columns).toEqual(decompressed());
      // The compressed body is zstd's affair and may differ from version to version; all else may not.
      expect(encodeFrame(header, frame.body)).toEqual(bytes);
    });

    function decompressed(): Uint8Array {
      return new Uint8Array(decompress(frame.body, frame.header.columnsBytes));
    }
  });
