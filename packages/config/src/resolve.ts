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
 *
 * The loop calls nothing for a setting that is not given. The runtime compiles what is called for each of a hundred
 * settings, which costs an agent 2 MiB for as long as it runs.
 */
export function resolve<T extends Table>(table: T, sources: Sources): Resolved<T> {
  const { flags, environment = {}, prefix } = sources;
  const file = sources.file === undefined ? undefined : fileEntries(table, sources.file);
  const mistakes = [...(file?.mistakes ?? [])];
  const warnings = [...(file?.warnings ?? [])];
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const known = new Set<string>();
  for (const key in table) {
    const setting = table[key]!;
    let isGiven = flags?.has(key) || file?.entries.has(key);
    for (const name of setting.variables ?? noNames) {
      known.add(name);
      if (setting.isSecret) known.add(`${name}_FILE`);
      isGiven ||= Boolean(environment[name] || (setting.isSecret && environment[`${name}_FILE`]));
    }
    const given = isGiven ? findGiven(key, setting, sources, file) : undefined;
    values[key] = given === undefined ? setting.default : settingValue(setting, given, mistakes);
    origins[key] = given?.origin ?? byDefault;
    if (isGiven) warnings.push(...contradictions(setting, environment));
  }
  refuse(mistakes);
  if (prefix !== undefined) warnings.push(...mistypedVariables(known, environment, prefix));
  return { values: values as Values<T>, origins: origins as Resolved<T>["origins"], warnings };
}

const noNames: readonly string[] = [];
const byDefault: Origin = { from: "default" };

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

/** Two variables of one setting that say different things. */
function contradictions(setting: Setting<unknown>, environment: Environment): string[] {
  const [first, ...others] = givenVariables(setting, environment);
  return others
    .filter(({ text, isPath }) => text !== first!.text || isPath !== first!.isPath)
    .map(({ name }) => `${first!.name} and ${name} are both set and differ: ${first!.name} counts`);
}
