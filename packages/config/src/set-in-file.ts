import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readConfigFile } from "./config-file.ts";
import { canonical, findKey, suggestion } from "./file-entries.ts";
import { ConfigError } from "./mistakes.ts";
import { resolve } from "./resolve.ts";
import type { Setting, Table } from "./setting.ts";

/**
 * Writes a setting into a file, which only its owner may read, and keeps what else is in it (but not its comments).
 * The file is replaced in one piece. Throws `ConfigError`, having changed nothing, where the key is not known, the
 * value is not allowed, or the file has mistakes of its own.
 */
export function setInFile(table: Table, path: string, key: string, text: string): void {
  const known = findKey(table, key);
  if (known === undefined) throw new ConfigError([`${key} is not known${suggestion(table, key)}`]);
  const value = valueForFile(table[known]!, known, text);
  const content = asMap(readConfigFile(path)?.content);
  const changed = withValue(content, spellings(table, known), known.split("."), value);
  resolve(table, { file: { path, content: changed } });
  write(path, changed);
}

function valueForFile(setting: Setting<unknown>, key: string, text: string): unknown {
  const value = setting.kind.read(text);
  if (value === undefined) {
    const given = setting.isSecret ? "the value" : `"${text}"`;
    throw new ConfigError([`${key}: ${given} cannot be used: expected ${setting.kind.expected}`]);
  }
  const shown = setting.kind.show(value);
  if (typeof value === "boolean") return value;
  return typeof value === "number" && String(Number(shown)) === shown ? Number(shown) : shown;
}

type Content = Readonly<Record<string, unknown>>;

function asMap(content: unknown): Content {
  return typeof content === "object" && content !== null && !Array.isArray(content)
    ? (content as Content)
    : {};
}

/** Every way the setting is named in a file. */
function spellings(table: Table, key: string): ReadonlySet<string> {
  const { aliases = [], isSecret } = table[key]!;
  const names = [key, ...aliases];
  return new Set([...names, ...(isSecret ? names.map((name) => `${name}File`) : [])].map(canonical));
}

/** Without what was there for the setting, in whatever spelling, and with the new value where `parts` lead. */
function withValue(
  content: Content,
  old: ReadonlySet<string>,
  parts: readonly string[],
  value: unknown,
): Content {
  return inserted(without(content, old, ""), parts, value);
}

function without(content: Content, old: ReadonlySet<string>, parent: string): Content {
  const kept = Object.entries(content).flatMap(([name, inner]): [string, unknown][] => {
    const key = `${parent}${canonical(name)}`;
    if (old.has(key)) return [];
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return [[name, inner]];
    const left = without(inner as Content, old, `${key}.`);
    return Object.keys(left).length === 0 ? [] : [[name, left]];
  });
  return Object.fromEntries(kept);
}

function inserted(content: Content, [part, ...rest]: readonly string[], value: unknown): Content {
  const name = Object.keys(content).find((known) => canonical(known) === canonical(part!)) ?? part!;
  const inner = rest.length === 0 ? value : inserted(asMap(content[name]), rest, value);
  return { ...content, [name]: inner };
}

function write(path: string, content: Content): void {
  const text = path.endsWith(".json")
    ? JSON.stringify(content, null, 2)
    : Bun.YAML.stringify(content, null, 2);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${text.trimEnd()}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
