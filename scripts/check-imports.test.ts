import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkImports } from "./check-imports.ts";

type Tree = Readonly<Record<string, string>>;

const packages = ["protocol", "client", "agent", "server", "panel", "cli"];
const src = (name: string, file = "index.ts") => `packages/${name}/src/${file}`;

/** A layout that keeps every rule; each test below adds the one file that breaks one. */
const soundTree: Tree = {
  "tsconfig.json": JSON.stringify({
    compilerOptions: { noLib: true, types: [], module: "preserve", jsx: "react-jsx" },
    include: ["packages", "tests"],
  }),
  ...Object.fromEntries(
    packages.map((name) => [
      `packages/${name}/package.json`,
      JSON.stringify({ name: `@keruta/${name}`, exports: { ".": "./src/index.ts" } }),
    ]),
  ),
  [src("protocol")]: 'export * from "./chunk.ts";\nexport type { Line } from "./line.ts";',
  [src("protocol", "chunk.ts")]:
    'import { Packr } from "msgpackr/pack"; import type { Line } from "./line.ts";',
  [src("protocol", "crc32.bun.ts")]: "export const crc32 = Bun.hash.crc32;",
  [src("protocol", "line.ts")]: "export interface Line { readonly text: string }",
  [src("protocol", "line.test.ts")]: 'import { test } from "bun:test"; import "node:zlib"; Date.now();',
  [src("client")]: 'import "@keruta/protocol"; import "valibot";',
  [src("agent")]: 'import "@keruta/protocol"; import "node:fs"; Date.now();',
  [src("server")]: 'import "./routes.ts"; import "./store/sqlite/open.ts"; import "@keruta/protocol";',
  [src("server", "routes.ts")]: 'import "./ingest/session.ts"; import "./feed/hub.ts"; import "zod";',
  [src("server", "config.ts")]: 'import type {} from "./store/log-store.ts";',
  [src("server", "ingest/session.ts")]:
    'import "../store/log-store.ts"; import "./admit.ts"; import "../config.ts";',
  [src("server", "ingest/admit.ts")]: "",
  [src("server", "feed/hub.ts")]: "",
  [src("server", "store/log-store.ts")]: 'import "@keruta/protocol";',
  [src("server", "store/log-store.cases.ts")]: 'import "./sqlite/open.ts";',
  [src("server", "store/sqlite/open.ts")]: 'import "../log-store.ts"; import "./schema.ts";',
  [src("server", "store/sqlite/schema.ts")]: "",
  [src("server", "feed/hub.test.ts")]: 'import "../store/sqlite/open.ts";',
  [src("panel")]: 'import "@keruta/client"; import "@keruta/protocol"; import "react";',
  [src("cli")]: 'import "@keruta/client"; import "@keruta/protocol";',
  [src("cli", "commands/serve.ts")]: 'import "@keruta/server"; import "@keruta/panel";',
  "tests/whole.test.ts": 'import "@keruta/server"; import "@keruta/cli";',
};

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "keruta-imports-"));
});
afterAll(() => rmSync(root, { recursive: true }));

let trees = 0;
function check(extra: Tree = {}): Promise<string[]> {
  const folder = join(root, String(trees++));
  for (const [path, content] of Object.entries({ ...soundTree, ...extra })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return checkImports(folder, ["tsconfig.json"]);
}

test("a sound tree has nothing to say against it", async () => {
  expect(await check()).toEqual([]);
});

describe("each rule is broken by", () => {
  const violations: readonly [string, string, string, string][] = [
    [
      "protocol importing a package of ours",
      src("protocol", "x.ts"),
      'import "@keruta/client";',
      "protocol may not import client",
    ],
    [
      "protocol importing only a type of ours",
      src("protocol", "x.ts"),
      'import type { A } from "@keruta/agent";',
      "protocol may not import agent",
    ],
    [
      "client importing server",
      src("client", "x.ts"),
      'import "@keruta/server";',
      "client may not import server",
    ],
    [
      "client importing server's type in a type",
      src("client", "x.ts"),
      'export type A = import("@keruta/server").A;',
      "client may not import server",
    ],
    [
      "agent importing client",
      src("agent", "x.ts"),
      'export { a } from "@keruta/client";',
      "agent may not import client",
    ],
    [
      "server importing client late",
      src("server", "x.ts"),
      'const a = () => import("@keruta/client");',
      "server may not import client",
    ],
    [
      "panel importing server",
      src("panel", "x.tsx"),
      'const a = <p>`</p>; import "@keruta/server";',
      "panel may not import server",
    ],
    [
      "panel importing agent",
      src("panel", "x.ts"),
      'export type * from "@keruta/agent";',
      "panel may not import agent",
    ],
    [
      "the CLI importing server elsewhere",
      src("cli", "commands/logs.ts"),
      'import "@keruta/server";',
      "cli may not import server",
    ],
    [
      "the CLI importing agent",
      src("cli", "commands/serve.ts"),
      'import "@keruta/agent";',
      "cli may not import agent",
    ],
    [
      "a package importing a test",
      src("agent", "x.ts"),
      'import "../../../tests/whole.test.ts";',
      "agent may not import tests/whole.test.ts",
    ],
    [
      "a package that has no arrows yet",
      "packages/new/src/x.ts",
      'import "@keruta/protocol";',
      "new may not import protocol",
    ],
    [
      "a deep import by name",
      src("client", "x.ts"),
      'import "@keruta/protocol/src/chunk.ts";',
      "not in its package's exports",
    ],
    [
      "a deep import by path",
      "tests/x.ts",
      'import "../packages/server/src/config.ts";',
      "reaches into packages/server/src/config.ts",
    ],
    ["an import of nothing", src("client", "x.ts"), 'import "./gone.ts";', "./gone.ts is no file"],
    [
      "protocol using a Node API",
      src("protocol", "x.ts"),
      'import { readFileSync } from "node:fs";',
      "may not import node:fs",
    ],
    ["protocol using a Bun API", src("protocol", "x.ts"), "Bun.hash('');", "may not use Bun"],
    [
      "protocol reading the clock",
      src("protocol", "x.ts"),
      "export const now = () => Date.now();",
      "may not use Date",
    ],
    [
      "protocol throwing dice",
      src("protocol", "x.ts"),
      "export const dice = () => Math.random();",
      "may not use Math.random",
    ],
    [
      "protocol doing I/O",
      src("protocol", "x.ts"),
      "export const get = () => fetch('');",
      "may not use fetch",
    ],
    ["zod where valibot serves", src("agent", "x.ts"), 'import "zod";', "may not import zod;"],
    [
      "msgpackr outside protocol",
      src("server", "x.ts"),
      'import "msgpackr/pack";',
      "may not import msgpackr/pack",
    ],
    ["msgpackr by its wide door", src("agent", "x.ts"), 'import "msgpackr";', "may not import msgpackr"],
    [
      "ingest importing a backend",
      src("server", "ingest/x.ts"),
      'import "../store/sqlite/open.ts";',
      "may not import packages/server/src/store/sqlite/open.ts",
    ],
    [
      "ingest importing feed",
      src("server", "ingest/x.ts"),
      'import type { A } from "../feed/hub.ts";',
      "may not import packages/server/src/feed/hub.ts",
    ],
    [
      "the store's contract importing a backend",
      src("server", "store/x.ts"),
      'import "./sqlite/open.ts";',
      "may not import packages/server/src/store/sqlite/open.ts",
    ],
    [
      "one backend importing another",
      src("server", "store/mongodb/x.ts"),
      'import "../sqlite/open.ts";',
      "may not import packages/server/src/store/sqlite/open.ts",
    ],
    [
      "the store importing ingest",
      src("server", "store/x.ts"),
      'import "../ingest/admit.ts";',
      "may not import packages/server/src/ingest/admit.ts",
    ],
    [
      "a leaf file joining steps",
      src("server", "x.ts"),
      'import "./feed/hub.ts";',
      "may not import packages/server/src/feed/hub.ts",
    ],
    [
      "a step importing what joins it",
      src("server", "feed/x.ts"),
      'import "../routes.ts";',
      "may not import packages/server/src/routes.ts",
    ],
    [
      "a cycle of types",
      src("protocol", "line.ts"),
      'import type { A } from "./chunk.ts"; export type Line = A;',
      "import cycle: ",
    ],
    [
      "a file importing itself",
      src("agent", "x.ts"),
      'import "./x.ts";',
      "import cycle: packages/agent/src/x.ts → packages/agent/src/x.ts",
    ],
  ];

  for (const [what, path, content, sentence] of violations)
    test(what, async () => {
      const broken = await check({ [path]: content });
      expect(broken).toHaveLength(1);
      expect(broken[0]).toContain(sentence);
    });
});
