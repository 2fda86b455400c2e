import { writeSync } from "node:fs";
import { ConfigError, type ReadFlags, resolve } from "@keruta/config";
import { executeConfig, flushConfig, logDestination, readSettings, UsageError } from "./config.ts";
import { execute } from "./execute.ts";
import { flush } from "./flush.ts";
import { commandHelp, programHelp } from "./help.ts";
import {
  type CommandSpec,
  commandSpecs,
  configOptions,
  executeOptions,
  type HealthCheck,
  healthChecksIn,
  healthOptions,
} from "./options.ts";
import { parseOptions } from "./parse-options.ts";
import { say } from "./say.ts";
import { version } from "./version.ts";

const usageExitCode = 2;

interface Command {
  readonly spec: CommandSpec;
  /** Resolves with the exit code when every write is done. */
  readonly run: (read: ReadFlags) => Promise<number>;
}

const commands: readonly Command[] = [
  {
    spec: commandSpecs.execute,
    run({ given, operands }) {
      const { script } = resolve(executeOptions, { flags: given }).values;
      return execute(executeConfig(settings(given).values, script, operands, process.env));
    },
  },
  {
    spec: commandSpecs.flush,
    run: ({ given }) => flush(flushConfig(settings(given), process.env)),
  },
  {
    spec: commandSpecs.log,
    async run({ given, operands }) {
      const { logCommand } = await import("./local-socket/log-command.ts");
      const destination = () => logDestination(settings(given).values);
      return logCommand({ operands, environment: process.env, destination });
    },
  },
  {
    spec: commandSpecs.health,
    async run({ given }) {
      const { healthCommand } = await import("./health/health-command.ts");
      const { checks, format, ...asked } = resolve(healthOptions, { flags: given }).values;
      const wanted: HealthCheck[] = healthChecksIn(checks ?? "");
      if (asked.checkApi) wanted.push("api");
      if (asked.checkDisk) wanted.push("disk");
      if (asked.checkMemory) wanted.push("memory");
      return healthCommand({
        wanted,
        format,
        environment: process.env,
        settings: () => settings(given).values,
      });
    },
  },
  {
    spec: commandSpecs.config,
    async run({ given, operands }) {
      const { configCommand } = await import("./config-command/config-command.ts");
      const { format } = resolve(configOptions, { flags: given }).values;
      return print(configCommand(operands, { format, flags: given, environment: process.env }));
    },
  },
];

function settings(given: ReadFlags["given"]) {
  const resolved = readSettings(given, process.env);
  for (const warning of resolved.warnings) say(warning);
  return resolved;
}

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
    if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
    for (const line of error.message.split("\n")) say(line);
    say("see keruta-agent --help");
    process.exit(usageExitCode);
  },
);
