import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

function filesUnder(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Bytes of all files under a directory that something else is working in, or has yet to make. */
export function bytesUnder(dir: string): number {
  const sizes = filesUnder(dir).map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((total, size) => total + size, 0);
}

/** The file with this ending that was written to last. */
export function newestFile(dir: string, ending: string): string {
  const candidates = filesUnder(dir).filter((path) => path.endsWith(ending));
  const [newest] = candidates.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (newest === undefined) throw new Error(`there is no file in ${dir}`);
  return newest;
}
