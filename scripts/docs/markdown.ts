import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Page {
  readonly path: string;
  readonly text: string;
  /** The text without its code blocks. */
  readonly prose: string;
  readonly codeBlocks: readonly string[];
}

const fence = /^```[^\n]*\n([\s\S]*?)^```$/gm;

/** Every Markdown page of the repository, built things and dependencies left out. */
export function readPages(root: string): Page[] {
  const skipped = /(^|\/)(node_modules|dist|\.git|\.cache|fixtures)\//;
  return [...new Bun.Glob("**/*.md").scanSync({ cwd: root, dot: true })]
    .filter((path) => !skipped.test(path))
    .sort()
    .map((path) => readPage(path, readFileSync(join(root, path), "utf8")));
}

function readPage(path: string, text: string): Page {
  const codeBlocks = [...text.matchAll(fence)].map((match) => match[1]!);
  return { path, text, prose: text.replaceAll(fence, ""), codeBlocks };
}

export function headings(page: Page): { level: number; title: string }[] {
  return [...page.prose.matchAll(/^(#+) (.+)$/gm)].map(([, marks, title]) => ({
    level: marks!.length,
    title: title!.trim(),
  }));
}

/** What stands in `single backticks`. */
export function codeSpans(page: Page): string[] {
  return [...page.prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
}

/** The commands of a page's code blocks, without comments and blank lines. */
export function commands(page: Page): string[] {
  return page.codeBlocks
    .flatMap((block) => block.split("\n"))
    .map((line) => line.replace(/(^|\s)#.*$/, "").trimEnd())
    .filter((line) => line !== "");
}
