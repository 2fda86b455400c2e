import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { decodeLines, linesOf, openFrame } from "@keruta/protocol";
import { openBrowser } from "./harness/reader.ts";

setDefaultTimeout(60_000);

const browser = await openBrowser();
afterAll(() => browser.close());

const page = await browser.newPage();
const built = await Bun.build({
  entrypoints: [join(import.meta.dir, "harness/read-frame.ts")],
  target: "browser",
});
await page.addScriptTag({ content: await built.outputs[0]!.text(), type: "module" });
await page.waitForFunction(() => "readFrameBase64" in globalThis);

const golden = join(import.meta.dir, "../../protocol/golden");
const names = [...new Bun.Glob("*.frame").scanSync(golden)].sort();

test("there are golden frames", () => {
  expect(names.length).toBeGreaterThan(3);
});

test.each(names)("%s is read by the browser as it is here", async (name) => {
  const bytes = await Bun.file(join(golden, name)).bytes();
  const inBrowser = await page.evaluate((frame) => {
    const { readFrameBase64 } = globalThis as unknown as { readFrameBase64: (frame: string) => unknown };
    return readFrameBase64(frame);
  }, Buffer.from(bytes).toString("base64"));
  const frame = openFrame(bytes);
  const here = decodeLines(frame, (body, maxOutputLength) => zstdDecompressSync(body, { maxOutputLength }));
  expect(inBrowser).toEqual({ header: frame.header, lines: [...linesOf(here)] });
});
