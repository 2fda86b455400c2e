import { readFileSync } from "node:fs";
import type { ConfigFile } from "./config-file.ts";
import { type FileEntries, fileEntries } from "./file-entries.ts";
import { refuse } from "./mistakes.ts";
import { type Environment, givenVariables, mistypedVariables } from "./read-environment.ts";
import type { GivenFlag } from "./read-flags.ts";
import type { Setting, Table, Values } from "./setting.ts";

export interface Sources {
  readonly flags?: ReadonlyMap<string, GivenFlag>;
  readonly environment?: Environment;
  readonly file?: ConfigFile | undefined;
  /** How variables of this program begin: one that does and looks mistyped is warned of. */
  readonly prefix?: string;
}

/** Where a value is from; `name` is the flag, the variable or the file. */
export type Origin =
  | { readonly from: "flag" | "variable" | "file"; readonly name: string }
  | { readonly from: "default" };

export interface Resolved<T extends Table> {
  readonly values: Values<T>;
  readonly origins: Readonly<Record<keyof T, Origin>>;
  /** For the operator, one sentence each. */
  readonly warnings: readonly string[];
}

/** A value that was given for a setting, and how a sentence about it begins. */
interface Given {
  readonly value: unknown;
  readonly origin: Origin;
  readonly where: string;
  readonly isPath: boolean;
}

/**
 * The value of every setting: a flag's over a variable's over the file's over the default. Throws `ConfigError` with
 * every mistake that there is, each naming what was given, where, and what is expected.
 */
export function resolve<T extends Table>(table: T, sources: Sources): Resolved<T> {
  const { environment = {}, prefix } = sources;
  const file = sources.file === undefined ? undefined : fileEntries(table, sources.file);
  const mistakes = [...(file?.mistakes ?? [])];
  const warnings = prefix === undefined ? [] : mistypedVariables(table, environment, prefix);
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const [key, setting] of Object.entries(table)) {
    const given = findGiven(key, setting, sources, file);
    warnings.push(...contradictions(setting, environment));
    const value = given === undefined ? defaultOf(key, setting) : settingValue(setting, given, mistakes);
    values[key] = value;
    origins[key] = given?.origin ?? { from: "default" };
  }
  refuse(mistakes);
  return { values: values as Values<T>, origins: origins as Resolved<T>["origins"], warnings };
}

/** What there is where nothing is given. */
export function defaultsOf<T extends Table>(table: T): Values<T> {
  return resolve(table, {}).values;
}

function findGiven(
  key: string,
  setting: Setting<unknown>,
  { flags, environment = {}, file }: Sources,
  entries: FileEntries | undefined,
): Given | undefined {
  const flag = flags?.get(key);
  if (flag !== undefined)
    return { value: flag.given, origin: { from: "flag", name: flag.flag }, where: flag.flag, isPath: false };
  const variable = givenVariables(setting, environment)[0];
  if (variable !== undefined) {
    const { name, text, isPath } = variable;
    return { value: text, origin: { from: "variable", name }, where: name, isPath };
  }
  const entry = entries?.entries.get(key);
  if (entry === undefined || file === undefined) return undefined;
  const origin = { from: "file", name: file.path } as const;
  return { value: entry.given, origin, where: `${file.path}: ${entry.key}`, isPath: entry.isPath };
}

function settingValue(setting: Setting<unknown>, given: Given, mistakes: string[]): unknown {
  const content = given.isPath ? contentOf(given, mistakes) : given.value;
  if (content === undefined) return undefined;
  const value = setting.kind.read(content);
  if (value === undefined)
    mistakes.push(
      `${given.where}: ${quoted(setting, given)} cannot be used: expected ${setting.kind.expected}`,
    );
  return value;
}

/** Without the newline that editors put at a file's end. */
function contentOf({ value, where }: Given, mistakes: string[]): string | undefined {
  try {
    return readFileSync(String(value), "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    mistakes.push(`${where}: cannot read ${value}: ${(cause as Error).message}`);
    return undefined;
  }
}

function quoted({ isSecret }: Setting<unknown>, { value }: Given): string {
  if (isSecret) return "its value";
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value);
}

function defaultOf(key: string, setting: Setting<unknown>): unknown {
  if (setting.default === undefined) return undefined;
  const value = setting.kind.read(setting.default);
  if (value === undefined) throw new Error(`the default of ${key} is not ${setting.kind.expected}`);
  return value;
}

/** Two variables of one setting that say different things. */
function contradictions(setting: Setting<unknown>, environment: Environment): string[] {
  const [first, ...others] = givenVariables(setting, environment);
  return others
    .filter(({ text, isPath }) => text !== first!.text || isPath !== first!.isPath)
    .map(({ name }) => `${first!.name} and ${name} are both set and differ: ${first!.name} counts`);
}
