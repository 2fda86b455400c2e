import { type RawOptions, UsageError } from "./config.ts";
import type { CommandSpec, Option } from "./options.ts";

export interface Parsed {
  readonly options: RawOptions;
  /** What stands after `--`, or is no option. */
  readonly operands: readonly string[];
}

/**
 * Reads a command's arguments: `--name value`, `--name=value`, switches, and operands, which begin at the first
 * argument that is no option or after `--`. Throws `UsageError`.
 *
 * Not a library's work, because of what one costs here: the agent stands in every Pod, and commander or
 * `util.parseArgs` add 1 to 2 MiB to the 45 it may take when idle.
 */
export function parseOptions({ name, options, operands }: CommandSpec, args: readonly string[]): Parsed {
  const found: Record<string, string | string[] | boolean> = {};
  let at = 0;
  for (; at < args.length && args[at]!.startsWith("-"); at++) {
    if (args[at] === "--") {
      at++;
      break;
    }
    const [flag, inline] = splitFlag(args[at]!);
    const option = options.find((known) => known.flag === flag);
    if (option === undefined) throw new UsageError(`${name} has no option ${flag}`);
    const value = optionValue(option, inline, () => args[++at]);
    const before = found[option.key];
    found[option.key] = option.many ? [...(Array.isArray(before) ? before : []), String(value)] : value;
  }
  const rest = args.slice(at);
  if (operands === undefined && rest.length > 0)
    throw new UsageError(`${name} takes no argument, but was given ${rest[0]}`);
  return { options: found, operands: rest };
}

function splitFlag(argument: string): [string, string | undefined] {
  const at = argument.indexOf("=");
  return at === -1 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

function optionValue(
  option: Option,
  inline: string | undefined,
  next: () => string | undefined,
): string | boolean {
  if (option.value === undefined) return switchValue(option, inline);
  const value = inline ?? next();
  if (value === undefined) throw new UsageError(`${option.flag}: it needs a value, ${option.value}`);
  return value;
}

function switchValue({ flag }: Option, inline: string | undefined): boolean {
  if (inline === undefined || inline === "true") return true;
  if (inline === "false") return false;
  throw new UsageError(`${flag}: "${inline}" is neither true nor false`);
}
