import type { ConfigFile } from "./config-file.ts";
import { didYouMean } from "./nearest.ts";
import { hasFileKey, type Table } from "./setting.ts";

/** What a file says of a setting. */
export interface FileEntry {
  /** As it is spelled in the file. */
  readonly key: string;
  readonly given: unknown;
  /** The value is the path of a file that holds the setting's. */
  readonly isPath: boolean;
}

export interface FileEntries {
  /** By the setting's key. */
  readonly entries: ReadonlyMap<string, FileEntry>;
  readonly mistakes: readonly string[];
}

/** No key has more parts. */
const maxDepth = 8;

/** `flushInterval`, `flush_interval` and `flush-interval` are one key, part by part. */
export function canonical(key: string): string {
  return key.replaceAll(/[_-]/g, "").toLowerCase();
}

/** Matches a file's keys with a table's, in any spelling. A key that is there without a value is not there. */
export function fileEntries(table: Table, { path, content }: ConfigFile): FileEntries {
  if (content === null || content === undefined) return { entries: new Map(), mistakes: [] };
  if (!isMap(content)) return { entries: new Map(), mistakes: [`${path}: expected keys with values`] };
  const known = knownKeys(table);
  const entries = new Map<string, FileEntry>();
  const mistakes: string[] = [];
  const walk = (map: object, parents: readonly string[]) => {
    for (const [name, given] of Object.entries(map)) {
      const parts = [...parents, name];
      const key = parts.join(".");
      const found = known.get(canonical(key));
      if (given === null || given === undefined) continue;
      if (found === undefined && isMap(given) && parts.length < maxDepth) walk(given, parts);
      else if (found === undefined) mistakes.push(`${path}: ${key} is not known${suggestion(table, key)}`);
      else if (entries.has(found.key))
        mistakes.push(`${path}: ${key} is given twice, also as ${entries.get(found.key)!.key}`);
      else entries.set(found.key, { key, given, isPath: found.isPath });
    }
  };
  walk(content, []);
  return { entries, mistakes };
}

/** A table's key as it is spelled there; undefined where it is not known. */
export function findKey(table: Table, key: string): string | undefined {
  const found = knownKeys(table).get(canonical(key));
  return found?.isPath === false ? found.key : undefined;
}

export function suggestion(table: Table, key: string): string {
  return didYouMean(
    key,
    [...knownKeys(table).values()].map(({ spelled }) => spelled),
  );
}

interface KnownKey {
  /** Of the table. */
  readonly key: string;
  readonly spelled: string;
  readonly isPath: boolean;
}

/** By canonical spelling. */
function knownKeys(table: Table): ReadonlyMap<string, KnownKey> {
  const known = new Map<string, KnownKey>();
  for (const [key, { aliases = [], isSecret = false }] of Object.entries(table).filter(([key]) =>
    hasFileKey(key),
  ))
    for (const spelled of [key, ...aliases]) {
      known.set(canonical(spelled), { key, spelled, isPath: false });
      if (isSecret) known.set(canonical(`${spelled}File`), { key, spelled: `${spelled}File`, isPath: true });
    }
  return known;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
