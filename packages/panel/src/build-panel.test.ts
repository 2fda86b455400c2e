import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { buildPanel } from "./build-panel.ts";

const files = await buildPanel();
const names = [...files.keys()];
const html = new TextDecoder().decode(files.get("/index.html")!.body);

function only(pattern: RegExp): string {
  const found = names.filter((name) => pattern.test(name));
  expect(found).toHaveLength(1);
  return found[0]!;
}

test("the page names its files by absolute addresses", () => {
  const addresses = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1]!);
  expect(addresses).toHaveLength(3);
  for (const address of addresses) expect(names).toContain(address);
});

test("nothing is inline", () => {
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
});

test("the page's bundle knows where its worker is", () => {
  const main = new TextDecoder().decode(files.get(only(/\/main-\w+\.js$/))!.body);
  expect(main).toContain(only(/\/panel-worker-\w+\.js$/));
});

test("everything but the page may be cached for ever", () => {
  for (const [name, file] of files) expect(file.immutable).toBe(name !== "/index.html");
});

test.each<[string, RegExp, number]>([
  ["script", /\/main-\w+\.js$/, 110],
  ["style", /\.css$/, 12],
  // msgpackr, fzstd and valibot are most of it; it does not hold up the first paint of the page.
  ["worker", /\/panel-worker-\w+\.js$/, 36],
])("%s keeps to its budget", (_, pattern, maxKiB) => {
  expect(gzipSync(files.get(only(pattern))!.body).length).toBeLessThanOrEqual(maxKiB * 1024);
});

test("React is its production build", () => {
  const main = new TextDecoder().decode(files.get(only(/\/main-\w+\.js$/))!.body);
  expect(main).not.toContain("Download the React DevTools");
});
