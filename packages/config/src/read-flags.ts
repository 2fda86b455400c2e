import { refuse } from "./mistakes.ts";
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
 * Reads `--name value`, `--name=value`, switches as `--x`, `--x=false` and `--no-x`, and operands. With `leading`
 * flags everything behind the first operand is an operand too; behind `--` everything always is. The last of several wins, except in a list. Throws `ConfigError`,
 * with every flag at fault.
 */
export function readFlags(
  table: Table,
  args: readonly string[],
  placement: "leading" | "anywhere" = "leading",
): ReadFlags {
  const reading = new Reading(table, args);
  while (reading.hasMore) {
    if (reading.isFlag) reading.readFlag();
    else if (reading.readOperand() === "--" || placement === "leading") break;
  }
  reading.readRest();
  refuse(reading.mistakes);
  return reading;
}

/** A command line as it is read, argument after argument. */
class Reading implements ReadFlags {
  readonly given = new Map<string, GivenFlag>();
  readonly operands: string[] = [];
  readonly mistakes: string[] = [];
  readonly #options: ReadonlyMap<string, Option>;
  #at = 0;

  constructor(
    table: Table,
    private readonly args: readonly string[],
  ) {
    this.#options = optionsOf(table);
  }

  get hasMore(): boolean {
    return this.#at < this.args.length;
  }

  get isFlag(): boolean {
    const argument = this.args[this.#at]!;
    return argument.startsWith("-") && argument !== "-" && argument !== "--";
  }

  readFlag(): void {
    const [flag, inline] = splitFlag(this.args[this.#at++]!);
    const option = this.#options.get(flag);
    if (option === undefined) {
      this.mistakes.push(`there is no option ${flag}${didYouMean(flag, this.#options.keys())}`);
      return;
    }
    const { kind } = option.setting;
    const text = inline ?? (kind.placeholder === undefined ? "true" : this.args[this.#at++]);
    if (text === undefined) this.mistakes.push(`${flag}: it needs a value, ${kind.expected}`);
    else keep(this.given, flag, option, text);
  }

  /** `--` is none itself. */
  readOperand(): string {
    const argument = this.args[this.#at++]!;
    if (argument !== "--") this.operands.push(argument);
    return argument;
  }

  readRest(): void {
    this.operands.push(...this.args.slice(this.#at));
  }
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
