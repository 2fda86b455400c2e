import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceImports } from "./read-imports.ts";

/** An import of one of our files by another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly specifier: string;
}

export interface ImportGraph {
  readonly files: readonly SourceImports[];
  readonly edges: readonly Edge[];
  /** Specifiers that name nothing of ours: npm packages, and what the runtime brings. */
  readonly outside: readonly { readonly from: string; readonly specifier: string }[];
  /** Specifiers of ours that lead nowhere, or past a package's door. */
  readonly lost: readonly { readonly from: string; readonly specifier: string }[];
}

const ours = "@keruta/";

export function buildGraph(root: string, files: readonly SourceImports[]): ImportGraph {
  const edges: Edge[] = [];
  const outside: ImportGraph["outside"][number][] = [];
  const lost: ImportGraph["lost"][number][] = [];
  for (const { file, specifiers } of files)
    for (const specifier of specifiers) {
      const own = specifier.startsWith(".") || specifier.startsWith(ours);
      const to = own ? resolveOwn(root, file, specifier) : undefined;
      if (to !== undefined) edges.push({ from: file, to, specifier });
      else (own ? lost : outside).push({ from: file, specifier });
    }
  return { files, edges, outside, lost };
}

function resolveOwn(root: string, from: string, specifier: string): string | undefined {
  const path = specifier.startsWith(".") ? join(from, "..", specifier) : throughDoor(root, specifier);
  return path !== undefined && existsSync(join(root, path)) ? path : undefined;
}

/** Only what a package's `exports` names can be imported from outside it. */
function throughDoor(root: string, specifier: string): string | undefined {
  const [name = "", ...rest] = specifier.slice(ours.length).split("/");
  const manifest = join(root, "packages", name, "package.json");
  if (!existsSync(manifest)) return undefined;
  const { exports } = JSON.parse(readFileSync(manifest, "utf8")) as { exports?: Record<string, string> };
  const target = exports?.[[".", ...rest].join("/")];
  return target === undefined ? undefined : join("packages", name, target);
}

/** The first cycle found, as a path that ends where it began; undefined if there is none. */
export function findCycle(edges: readonly Edge[]): string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const finished = new Set<string>();
  for (const file of targets.keys()) {
    const cycle = walk(file, [], targets, finished);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function walk(
  file: string,
  path: readonly string[],
  targets: ReadonlyMap<string, readonly string[]>,
  finished: Set<string>,
): string[] | undefined {
  const start = path.indexOf(file);
  if (start >= 0) return [...path.slice(start), file];
  if (finished.has(file)) return undefined;
  for (const next of targets.get(file) ?? []) {
    const cycle = walk(next, [...path, file], targets, finished);
    if (cycle !== undefined) return cycle;
  }
  finished.add(file);
  return undefined;
}
