import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findConfigFile } from "./config-file.ts";

const dir = mkdtempSync(join(tmpdir(), "keruta-config-"));
afterAll(() => rmSync(dir, { recursive: true }));

function written(name: string, content: string): string {
  const path = join(dir, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function find(flag: string | undefined, environment: Record<string, string>) {
  return findConfigFile({ flag, variable: "DEMO_CONFIG", baseName: "demo" }, environment);
}

describe("the file is", () => {
  const given = written("given.json", '{"a": 1}');
  const named = written("named.yml", "a: 2");
  const own = written("home/.keruta/demo.yaml", "a: 3");

  test("the flag's, else the variable's, else the user's own", () => {
    const environment = { DEMO_CONFIG: named, HOME: join(dir, "home") };
    expect(find(given, environment)).toEqual({ path: given, content: { a: 1 } });
    expect(find(undefined, environment)).toEqual({ path: named, content: { a: 2 } });
    expect(find(undefined, { HOME: join(dir, "home") })).toEqual({ path: own, content: { a: 3 } });
  });

  test("none where there is none", () => {
    expect(find(undefined, { HOME: join(dir, "nobody") })).toBeUndefined();
    expect(find(undefined, {})).toBeUndefined();
  });
});

describe("refused is", () => {
  test("a file that was named and is missing", () => {
    expect(() => find("/gone/x.yaml", {})).toThrow("cannot read /gone/x.yaml: there is no such file");
    expect(() => find(undefined, { DEMO_CONFIG: "/gone/x.yaml" })).toThrow("there is no such file");
  });

  test("a directory", () => {
    expect(() => find(dir, {})).toThrow(`cannot read ${dir}: `);
  });

  test.each([
    ["broken.yaml", "a: [1", "it is not YAML"],
    ["broken.json", "a: 1", "it is not JSON"],
  ])("%s", (name, content, sentence) => expect(() => find(written(name, content), {})).toThrow(sentence));
});
