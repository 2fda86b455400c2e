import type { CommandSpec, Option } from "./options.ts";

const widestTerm = 30;

export function programHelp(commands: readonly CommandSpec[]): string {
  const rows = commands.map(({ name, meaning }) => row(name, meaning));
  return [
    "Usage: keruta-agent COMMAND [OPTIONS]",
    "",
    "Runs a script and streams its log to keruta, not one line lost.",
    "",
    "Commands:",
    ...rows,
    "",
    "Options:",
    row("--version", "print the version"),
    row("--help", "print this, or a command's options"),
    "",
  ].join("\n");
}

export function commandHelp({ name, operands, meaning, options }: CommandSpec): string {
  const usage = ["keruta-agent", name, "[OPTIONS]", ...(operands === undefined ? [] : [operands])];
  return [
    `Usage: ${usage.join(" ")}`,
    "",
    `${name}: ${meaning}`,
    "",
    "Options:",
    ...options.map(optionRow),
    "",
  ].join("\n");
}

function optionRow({ flag, value, variable, fallback, meaning }: Option): string {
  const notes = [
    ...(variable === undefined ? [] : [variable]),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
  ];
  return row(
    value === undefined ? flag : `${flag} ${value}`,
    notes.length === 0 ? meaning : `${meaning} (${notes.join(", ")})`,
  );
}

function row(term: string, meaning: string): string {
  return `  ${term.padEnd(widestTerm)}  ${meaning}`;
}
