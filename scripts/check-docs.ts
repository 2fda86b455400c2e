import { docsChecks } from "./docs/checks.ts";
import { checkGeneratedPages, writePages } from "./docs/generated-pages.ts";
import { readPages } from "./docs/markdown.ts";

if (import.meta.main) {
  const root = process.cwd();
  if (process.argv.includes("--write")) writePages(root);
  const pages = readPages(root);
  const wrong = [...checkGeneratedPages(root), ...docsChecks.flatMap((check) => check(pages, root))];
  for (const sentence of wrong) console.error(sentence);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
