import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const executables = ["dist/keruta", "dist/keruta-agent"];
const sources = ["packages/**/*", "scripts/build.ts", "scripts/build/**/*", "package-lock.json"];

/** Whether the executables are missing or older than anything they are made of. */
export function executablesAreStale(root: string): boolean {
  const paths = executables.map((path) => join(root, path));
  if (!paths.every((path) => existsSync(path))) return true;
  const built = Math.min(...paths.map((path) => statSync(path).mtimeMs));
  return sources.some((pattern) => newest(root, pattern) > built);
}

function newest(root: string, pattern: string): number {
  let newestMs = 0;
  for (const path of new Bun.Glob(pattern).scanSync({ cwd: root }))
    if (!path.includes("node_modules/") && !/\.test\.tsx?$/.test(path))
      newestMs = Math.max(newestMs, statSync(join(root, path)).mtimeMs);
  return newestMs;
}
