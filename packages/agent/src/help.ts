import { flagRows, helpRow, pick } from "@keruta/config";
import type { CommandSpec } from "./options.ts";
import { agentSettings } from "./settings.ts";

export function programHelp(commands: readonly CommandSpec[]): string {
  const rows = commands.map(({ name, meaning }) => helpRow(name, meaning));
  return [
    "Usage: keruta-agent COMMAND [OPTIONS]",
    "",
    "Runs a script and streams its log to keruta, not one line lost.",
    "",
    "Commands:",
    ...rows,
    "",
    "Options:",
    helpRow("--version", "print the version"),
    helpRow("--help", "print this, or a command's options"),
    "",
    "Settings that have no flag stand in the environment or a file: keruta-agent config show",
    "",
  ].join("\n");
}

export function commandHelp({ name, operands, meaning, settings, options }: CommandSpec): string {
  const usage = ["keruta-agent", name, "[OPTIONS]", ...(operands === undefined ? [] : [operands])];
  return [
    `Usage: ${usage.join(" ")}`,
    "",
    `${name}: ${meaning}`,
    "",
    "Options:",
    ...flagRows({ ...options, ...pick(agentSettings, settings) }),
    "",
  ].join("\n");
}
