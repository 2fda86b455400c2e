import { writeSync } from "node:fs";
import { executeConfig, flushConfig, UsageError } from "./config.ts";
import { execute } from "./execute.ts";
import { flush } from "./flush.ts";
import { commandHelp, programHelp } from "./help.ts";
import { type CommandSpec, commandSpecs } from "./options.ts";
import { type Parsed, parseOptions } from "./parse-options.ts";
import { say } from "./say.ts";
import { version } from "./version.ts";

const usageExitCode = 2;

interface Command {
  readonly spec: CommandSpec;
  /** Resolves with the exit code when every write is done. */
  readonly run: (parsed: Parsed) => Promise<number>;
}

const commands: readonly Command[] = [
  {
    spec: commandSpecs.execute,
    run: ({ options, operands }) => execute(executeConfig(options, operands, process.env)),
  },
  { spec: commandSpecs.flush, run: ({ options }) => flush(flushConfig(options, process.env)) },
];

async function main([name = "--help", ...args]: readonly string[]): Promise<number> {
  if (name === "--version" || name === "-V") return print(`${version}\n`);
  if (isHelp(name)) return print(programHelp(commands.map(({ spec }) => spec)));
  const command = commands.find(({ spec }) => spec.name === name);
  if (command === undefined) throw new UsageError(`there is no command ${name}`);
  if (args[0] !== undefined && isHelp(args[0])) return print(commandHelp(command.spec));
  return command.run(parseOptions(command.spec, args));
}

function isHelp(argument: string): boolean {
  return argument === "--help" || argument === "-h";
}

function print(text: string): number {
  writeSync(1, text);
  return 0;
}

main(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message} (see keruta-agent --help)`);
    process.exit(usageExitCode);
  },
);
