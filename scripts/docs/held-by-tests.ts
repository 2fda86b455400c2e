import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "./markdown.ts";

const compatibility = "docs/compatibility.md";

/**
 * Every row of the compatibility page names the test that holds it, as `path` "title", and the test is there; or it
 * says "no test:" and why.
 */
export function heldByTests(pages: readonly Page[], root: string): string[] {
  const page = pages.find(({ path }) => path === compatibility);
  if (page === undefined) return [];
  return [...page.prose.matchAll(/^\| ([COL]-\d+a?) \|(.*)\|$/gm)].flatMap(([, number, row]) =>
    wrongIn(row!, root).map((what) => `${compatibility}: ${number} ${what}`),
  );
}

function wrongIn(row: string, root: string): string[] {
  const named = [...row.matchAll(/`([\w./-]+\.test\.tsx?)` "([^"]+)"/g)];
  if (named.length === 0) return row.includes("no test: ") ? [] : ["names no test"];
  return named
    .filter(([, path, title]) => !holds(join(root, path!), title!))
    .map(([, path, title]) => `names a test that is not there: ${path} "${title}"`);
}

function holds(path: string, title: string): boolean {
  return existsSync(path) && readFileSync(path, "utf8").includes(title);
}
