import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TaskScript } from "./task-script.ts";

/** What a language's script is called where nothing says it. */
const extensions: Readonly<Record<string, string>> = { python: "py", node: "js", javascript: "js", go: "go" };

const maxNameLength = 100;

/**
 * Writes a script to a directory of its own, for our user alone, under its own name as far as that is harmless. Returns
 * the path. Throws what writing throws.
 */
export function writeScriptFile(directory: string, { content, filename, language }: TaskScript): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, fileNameOf(filename, language));
  writeFileSync(path, content, { mode: 0o700 });
  return path;
}

export function removeScriptFile(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Only the last part of a path counts, and only characters that mean nothing to a shell. */
function fileNameOf(filename: string | undefined, language: string | undefined): string {
  const last = (filename ?? "").split(/[/\\]/).at(-1)!;
  const harmless = last.replaceAll(/[^\p{L}\p{N}._-]/gu, "_").replace(/^[.-]+/, "");
  return harmless.slice(-maxNameLength) || `script.${extensions[language ?? ""] ?? "sh"}`;
}
