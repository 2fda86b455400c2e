import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { heldByTests } from "./held-by-tests.ts";
import { codeSpans, commands, headings, type Page } from "./markdown.ts";

export type DocsCheck = (pages: readonly Page[], root: string) => string[];

/** Each check answers with a sentence for everything that is not so. */
export const docsChecks: readonly DocsCheck[] = [
  readmesAgree,
  linksResolve,
  scriptsExist,
  pathsExist,
  symbolsExist,
  heldByTests,
];

/** Pages that speak of code by name, and where code is. */
const pagesOnCode = ["docs/architecture.md", "CONTRIBUTING.md"];
const folders = ["packages", "scripts", "tests", "bench", "deploy", "docs", ".ci"];

function readmesAgree(pages: readonly Page[]): string[] {
  const [english, japanese] = ["README.md", "README.ja.md"].map((path) =>
    pages.find((page) => page.path === path),
  );
  if (english === undefined || japanese === undefined)
    return ["README.md and README.ja.md must both be there"];
  const outline = (page: Page) =>
    headings(page)
      .map(({ level }) => level)
      .join(" ");
  const differences: string[] = [];
  if (outline(english) !== outline(japanese))
    differences.push("README.ja.md does not have the headings of README.md");
  if (commands(english).join("\n") !== commands(japanese).join("\n"))
    differences.push("README.ja.md does not have the commands of README.md");
  return differences;
}

function linksResolve(pages: readonly Page[], root: string): string[] {
  return pages.flatMap((page) =>
    relativeLinks(page)
      .filter((link) => !resolves(link, page, pages, root))
      .map((link) => `${page.path}: the link to ${link} leads nowhere`),
  );
}

function relativeLinks(page: Page): string[] {
  const inline = [...page.prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)];
  const html = [...page.prose.matchAll(/\b(?:src|href|srcset)="([^"]+)"/g)];
  return [...inline, ...html].map((match) => match[1]!).filter((link) => !/^([a-z]+:|\/\/)/.test(link));
}

function resolves(link: string, page: Page, pages: readonly Page[], root: string): boolean {
  const [target = "", anchor] = link.split("#");
  const path = target === "" ? page.path : join(page.path, "..", target);
  if (!existsSync(join(root, path))) return false;
  const linked = pages.find((other) => other.path === path);
  return (
    anchor === undefined ||
    linked === undefined ||
    headings(linked).some(({ title }) => slug(title) === anchor)
  );
}

/** As GitHub makes it. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- ]/gu, "")
    .replaceAll(" ", "-");
}

function scriptsExist(pages: readonly Page[], root: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  return pages.flatMap((page) =>
    [...page.text.matchAll(/\bnpm (?:run ([\w:-]+)|(test)\b)/g)]
      .map(([, run, test]) => run ?? test!)
      .filter((name) => !Object.hasOwn(scripts, name))
      .map((name) => `${page.path}: package.json has no script "${name}"`),
  );
}

/** A path in backticks, from the root: `packages/protocol/src/chunk.ts`. Patterns and built files are not paths. */
function pathsExist(pages: readonly Page[], root: string): string[] {
  return pages.flatMap((page) =>
    codeSpans(page)
      .filter(
        (span) => /^[\w./-]+$/.test(span) && folders.includes(span.split("/")[0]!) && span.includes("/"),
      )
      .filter((span) => !existsSync(join(root, span)))
      .map((span) => `${page.path}: there is no ${span}`),
  );
}

/** A name in backticks that can only be a symbol, because of the case of its letters: `encodeFrame`, `LineFlag`. */
function symbolsExist(pages: readonly Page[], root: string): string[] {
  const words = wordsOfCode(root);
  return pages
    .filter((page) => pagesOnCode.includes(page.path))
    .flatMap((page) =>
      codeSpans(page)
        .map((span) => span.replace(/(\.\w+)*(\(.*\))?$/, ""))
        .filter((name) => /^(?=.*[a-z])[A-Za-z]\w*[A-Z]\w*$/.test(name) && !words.has(name))
        .map((name) => `${page.path}: no code names ${name}`),
    );
}

function wordsOfCode(root: string): Set<string> {
  const words = new Set<string>();
  const sources = ["packages/*/src/**/*.{ts,tsx}", "{scripts,tests}/**/*.ts"];
  for (const path of sources.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root })]))
    for (const [word] of readFileSync(join(root, path), "utf8").matchAll(/\w+/g)) words.add(word);
  return words;
}
