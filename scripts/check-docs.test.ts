import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { docsChecks } from "./docs/checks.ts";
import { checkGeneratedPages, generatedPages, writePages } from "./docs/generated-pages.ts";
import { readPages } from "./docs/markdown.ts";

const limitsSource = "packages/protocol/src/limits.ts";
const tree = {
  "package.json": JSON.stringify({ scripts: { demo: "x", test: "x" } }),
  "README.md":
    "# A\n\n## Try\n\n```sh\nnpm run demo   # see\n```\n\n[more](docs/architecture.md#the-words)\n",
  "README.ja.md": "# あ\n\n## 試す\n\n```sh\nnpm run demo   # 見る\n```\n",
  "docs/architecture.md":
    "# Arch\n\n## The words\n\n`encodeFrame` of `packages/a/src/frame.ts`, `kubectl`, `packages/*/src`\n",
  "docs/compatibility.md":
    '# C\n\n| C-1 | x | `tests/a.test.ts` "a title" |\n| C-2 | y | no test: not built |\n',
  "tests/a.test.ts": 'test("a title", () => {});',
  "packages/a/src/frame.ts": "export function encodeFrame() {}",
};

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "keruta-docs-"));
});
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
function plant(files: Readonly<Record<string, string>>): string {
  const folder = join(root, String(folders++));
  for (const [path, content] of Object.entries({ ...tree, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

function check(files: Readonly<Record<string, string>> = {}): string[] {
  const folder = plant(files);
  return docsChecks.flatMap((docsCheck) => docsCheck(readPages(folder), folder));
}

test("sound docs have nothing to say against them", () => {
  expect(check()).toEqual([]);
});

describe("a check is failed by", () => {
  const readme = tree["README.md"];
  const architecture = tree["docs/architecture.md"];
  const held = '# C\n\n| C-1 | x | `tests/a.test.ts` "a title" |\n';
  const wrong: readonly [string, string, string, string][] = [
    ["a heading only one README has", "README.md", `${readme}\n### Three\n`, "headings of README.md"],
    ["a command only one README has", "README.md", readme.replace("demo ", "test "), "commands of README.md"],
    ["a link to a missing file", "README.md", `${readme}[x](docs/gone.md)`, "docs/gone.md leads nowhere"],
    ["a link to a missing picture", "README.md", `${readme}![x](docs/a.png)`, "docs/a.png leads nowhere"],
    ["a link to a missing heading", "README.md", `${readme}[x](docs/architecture.md#x)`, "#x leads nowhere"],
    [
      "an npm script that is gone",
      "docs/architecture.md",
      `${architecture}npm run deploy`,
      'no script "deploy"',
    ],
    [
      "a path that is gone",
      "docs/architecture.md",
      `${architecture}\`packages/a/src/x.ts\``,
      "no packages/a/src/x.ts",
    ],
    [
      "a symbol that is gone",
      "docs/architecture.md",
      `${architecture}\`decodeFrame\``,
      "no code names decodeFrame",
    ],
    ["a contradiction nothing holds", "docs/compatibility.md", "# C\n\n| C-1 | x | y |\n", "names no test"],
    ["a test that is gone", "docs/compatibility.md", held.replace("a title", "gone"), '"gone"'],
  ];
  for (const [what, path, content, sentence] of wrong)
    test(what, () => {
      const found = check({ [path]: content });
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(sentence);
    });
});

describe("pages made from the code", () => {
  const source = () => Bun.file(join(import.meta.dir, "..", limitsSource)).text();

  test("are right once written, and wrong once edited", async () => {
    const folder = plant({ [limitsSource]: await source() });
    expect(checkGeneratedPages(folder)).toHaveLength(4);
    writePages(folder);
    expect(checkGeneratedPages(folder)).toEqual([]);
    writeFileSync(join(folder, "docs/errors.md"), "# Errors");
    expect(checkGeneratedPages(folder)).toHaveLength(1);
  });

  test("ask for a comment at every limit", async () => {
    const bare = (await source()).replaceAll(/\/\*\* .+ \*\//g, "");
    expect(() => generatedPages(plant({ [limitsSource]: bare }))).toThrow("has no one-line comment");
  });
});
