import { pick, type ReadFlags, readFlags } from "@keruta/config";
import { UsageError } from "./config.ts";
import type { CommandSpec } from "./options.ts";
import { agentSettings } from "./settings.ts";

/** Reads a command's arguments. Throws `ConfigError` or `UsageError`. */
export function parseOptions(spec: CommandSpec, args: readonly string[]): ReadFlags {
  const table = { ...pick(agentSettings, spec.settings), ...spec.options };
  const read = readFlags(table, args, spec.flags);
  if (spec.operands === undefined && read.operands.length > 0)
    throw new UsageError(`${spec.name} takes no argument, but was given ${read.operands[0]}`);
  return read;
}
