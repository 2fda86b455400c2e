import { ConfigError } from "./mistakes.ts";
import { didYouMean } from "./nearest.ts";
import type { Setting, Table } from "./setting.ts";

/** What stood on the command line for a setting, not looked at yet. */
export interface GivenFlag {
  readonly flag: string;
  readonly given: unknown;
}

export interface ReadFlags {
  /** By the setting's key. */
  readonly given: ReadonlyMap<string, GivenFlag>;
  /** What stands after `--`, or is no option. */
  readonly operands: readonly string[];
}

interface Option {
  readonly key: string;
  readonly setting: Setting<unknown>;
  readonly isNegative: boolean;
}

/**
 * Reads `--name value`, `--name=value`, switches as `--x`, `--x=false` and `--no-x`, and operands, which begin at the
 * first argument that is no option or after `--`. The last of several wins, except in a list. Throws `ConfigError`,
 * with every flag at fault.
 */
export function readFlags(table: Table, args: readonly string[]): ReadFlags {
  const options = optionsOf(table);
  const given = new Map<string, GivenFlag>();
  const mistakes: string[] = [];
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-") && args[at] !== "-") {
    const argument = args[at++]!;
    if (argument === "--") break;
    const [flag, inline] = splitFlag(argument);
    const option = options.get(flag);
    if (option === undefined) {
      mistakes.push(`there is no option ${flag}${didYouMean(flag, options.keys())}`);
      continue;
    }
    const isSwitch = option.setting.kind.placeholder === undefined;
    const text = inline ?? (isSwitch ? "true" : args[at++]);
    if (text === undefined) mistakes.push(`${flag}: it needs a value, ${option.setting.kind.expected}`);
    else keep(given, flag, option, text);
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { given, operands: args.slice(at) };
}

/** Every flag of a table, those that stand for the opposite included. */
function optionsOf(table: Table): ReadonlyMap<string, Option> {
  const options = new Map<string, Option>();
  for (const [key, setting] of Object.entries(table)) {
    for (const flag of setting.flags ?? []) options.set(flag, { key, setting, isNegative: false });
    for (const flag of negativesOf(setting)) options.set(flag, { key, setting, isNegative: true });
  }
  return options;
}

function negativesOf({ kind, flags = [], negativeFlags = [] }: Setting<unknown>): readonly string[] {
  if (kind.placeholder !== undefined) return [];
  const long = flags.filter((flag) => flag.startsWith("--"));
  return [...negativeFlags, ...long.map((flag) => flag.replace("--", "--no-"))];
}

function splitFlag(argument: string): [string, string | undefined] {
  const at = argument.indexOf("=");
  return at === -1 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

function keep(given: Map<string, GivenFlag>, flag: string, option: Option, text: string): void {
  const { key, setting, isNegative } = option;
  const { kind } = setting;
  const value = isNegative ? opposite(kind.read(text), text) : text;
  const before = given.get(key)?.given;
  const isList = kind.separator !== undefined;
  given.set(key, { flag, given: isList ? [...(Array.isArray(before) ? before : []), value] : value });
}

/** What is neither true nor false stays, to be refused as it was written. */
function opposite(value: unknown, text: string): unknown {
  return typeof value === "boolean" ? !value : text;
}
