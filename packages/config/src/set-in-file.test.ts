import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labelledTable as table } from "../fixtures/table.ts";
import { readConfigFile } from "./config-file.ts";
import { resolve } from "./resolve.ts";
import { setInFile } from "./set-in-file.ts";

const dir = mkdtempSync(join(tmpdir(), "keruta-config-"));
afterAll(() => rmSync(dir, { recursive: true }));

let files = 0;
function place(content?: string, ending = "yaml"): string {
  const folder = join(dir, String(files++));
  const path = join(folder, `demo.${ending}`);
  if (content === undefined) return path;
  mkdirSync(folder);
  writeFileSync(path, content);
  return path;
}

function values(path: string) {
  return resolve(table, { file: readConfigFile(path) }).values;
}

test("a file is made that only its owner may read", () => {
  const path = place();
  setInFile(table, path, "some.wait", "2m");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
  expect(values(path)["some.wait"]).toBe(120_000);
});

describe("what is read again is what was set", () => {
  test.each([
    ["some.wait", "90", 90_000],
    ["some.loud", "yes", true],
    ["some.names", "a,b", ["a", "b"]],
    ["some.colour", "BLUE", "blue"],
    ["some.secret", "0123", "0123"],
    ["server.port", "8080", 8_080],
    ["SERVER.port", "1", 1],
  ] as const)("%s %s", (key, text, value) => {
    for (const ending of ["yaml", "json"]) {
      const path = place("{}", ending);
      setInFile(table, path, key, text);
      const found: readonly unknown[] = Object.values(values(path));
      expect(found).toContainEqual(value);
    }
  });
});

test("other keys stay, and every older spelling of the key goes", () => {
  const path = place("old: {wait_time: 1, secret: 2}\nsome: {loud: true, secret_file: /x}\n");
  expect(() => setInFile(table, path, "some.wait", "3")).toThrow("old.secret is not known");
  writeFileSync(path, "old: {wait_time: 1}\nsome: {loud: true, secret_file: /x}\n");
  setInFile(table, path, "some.secret", "hush");
  setInFile(table, path, "some.wait", "3");
  expect(readConfigFile(path)!.content).toEqual({
    some: { loud: true, wait: "3s", secret: "hush" },
  });
});

describe("nothing is written", () => {
  test.each([
    ["some.wiat", "1", "some.wiat is not known; did you mean some.wait?"],
    ["some.wait", "soon", 'some.wait: "soon" cannot be used: expected seconds'],
    ["some.secret", "", "some.secret: the value cannot be used"],
    ["DEMO_OTHER", "x", "DEMO_OTHER is not known"],
  ])("for %s %p", (key, text, sentence) => {
    const path = place("server: {port: 1}\n");
    expect(() => setInFile(table, path, key, text)).toThrow(sentence);
    expect(readFileSync(path, "utf8")).toBe("server: {port: 1}\n");
  });
});
