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
  /** Of several names that one setting has, the lowest counts; its own key is 0. */
  readonly rank: number;
}

export interface FileEntries {
  /** By the setting's key. */
  readonly entries: ReadonlyMap<string, FileEntry>;
  readonly warnings: readonly string[];
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
  const reading = new Reading(table, path);
  if (isMap(content)) reading.read(content, []);
  else if (content !== null && content !== undefined)
    reading.mistakes.push(`${path}: expected keys with values`);
  return reading;
}

/** What is known of a file as it is read. */
class Reading implements FileEntries {
  readonly entries = new Map<string, FileEntry>();
  readonly warnings: string[] = [];
  readonly mistakes: string[] = [];
  readonly #known: ReadonlyMap<string, KnownKey>;

  constructor(
    private readonly table: Table,
    private readonly path: string,
  ) {
    this.#known = knownKeys(table);
  }

  read(map: object, parents: readonly string[]): void {
    for (const [name, given] of Object.entries(map)) {
      if (given === null || given === undefined) continue;
      const parts = [...parents, name];
      const key = parts.join(".");
      const known = this.#known.get(canonical(key));
      if (known !== undefined) this.#keep(known, { key, given, isPath: known.isPath, rank: known.rank });
      else if (isMap(given) && parts.length < maxDepth) this.read(given, parts);
      else this.mistakes.push(`${this.path}: ${key} is not known${suggestion(this.table, key)}`);
    }
  }

  #keep(known: KnownKey, entry: FileEntry): void {
    const other = this.entries.get(known.key);
    if (other?.rank === entry.rank) {
      this.mistakes.push(`${this.path}: ${entry.key} is given twice, also as ${other.key}`);
      return;
    }
    const counts = other === undefined || entry.rank < other.rank ? entry : other;
    this.entries.set(known.key, counts);
    if (other !== undefined && String(other.given) !== String(entry.given))
      this.warnings.push(`${this.path}: ${other.key} and ${entry.key} differ: ${counts.key} counts`);
  }
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
  readonly rank: number;
}

/** By canonical spelling. */
function knownKeys(table: Table): ReadonlyMap<string, KnownKey> {
  const known = new Map<string, KnownKey>();
  for (const [key, { aliases = [], isSecret = false }] of Object.entries(table).filter(([key]) =>
    hasFileKey(key),
  ))
    for (const [rank, spelled] of [key, ...aliases].entries()) {
      known.set(canonical(spelled), { key, spelled, isPath: false, rank });
      if (isSecret)
        known.set(canonical(`${spelled}File`), { key, spelled: `${spelled}File`, isPath: true, rank });
    }
  return known;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
