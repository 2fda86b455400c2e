import { Command, CommanderError } from "commander";
import { defaults, executeConfig, flushConfig, type RawOptions, UsageError } from "./config.ts";
import { execute } from "./execute.ts";
import { flush } from "./flush.ts";
import { say } from "./say.ts";
import { version } from "./version.ts";

const usageExitCode = 2;

function program(setExitCode: (code: number) => void): Command {
  const agent = new Command("keruta-agent")
    .description("Runs a script and streams its log to keruta, not one line lost.")
    .version(version)
    .exitOverride();
  agent
    .command("execute")
    .description("run a script file, or a command after --")
    .argument("[arguments...]", "the script's arguments, or the command")
    .option("--task-id <id>", "the task the log belongs to (KERUTA_TASK_ID)")
    .option("--script <file>", "run this file; without it, the command after --")
    .option("--api-url <url>", "the server (KERUTA_API_URL)")
    .option(
      "--work-dir <dir>",
      "where .keruta is put (KERUTA_WORK_DIR; /work in a Pod, else the current directory)",
    )
    .option(
      "--spool-dir <dir>",
      "where the log waits for delivery (KERUTA_SPOOL_DIR; .keruta/spool in the work directory)",
    )
    .option("--timeout <seconds>", "end the script after this long; 0: never", defaults.timeout)
    .option("--kill-grace <seconds>", "time between SIGTERM and SIGKILL", defaults.killGrace)
    .option(
      "--drain-timeout <seconds>",
      "time for delivering the rest of the log after the script",
      defaults.drainTimeout,
    )
    .option(
      "--output-grace <seconds>",
      "time to read on after exit while something holds the output",
      defaults.outputGrace,
    )
    .option("--flush-interval <ms>", "how long a line may wait for company", defaults.flushInterval)
    .option("--max-line-bytes <bytes>", "longer lines are split", defaults.maxLineBytes)
    .option("--spool-max-bytes <bytes>", "how much may wait on disk", defaults.spoolMaxBytes)
    .option("--spool-policy <policy>", "what happens then: block, or drop-oldest", defaults.spoolPolicy)
    .option("--label <key=value>", "describe the attempt; may be repeated", collect, [])
    .option("--disable-log-streaming", "only run the script")
    .action(async (operands: string[], options: RawOptions) =>
      setExitCode(await execute(executeConfig(options, operands, process.env))),
    );
  agent
    .command("flush")
    .description("deliver the logs that earlier agents could not")
    .option("--api-url <url>", "the server (KERUTA_API_URL); without it, the one each log was meant for")
    .option("--work-dir <dir>", "where .keruta is (KERUTA_WORK_DIR)")
    .option("--spool-dir <dir>", "where the logs wait (KERUTA_SPOOL_DIR)")
    .option("--drain-timeout <seconds>", "give up after this long", defaults.drainTimeout)
    .action(async (options: RawOptions) => setExitCode(await flush(flushConfig(options, process.env))));
  for (const command of agent.commands) command.exitOverride();
  return agent;
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

/** Every write is done when this resolves, so that the exit cuts nothing off. */
async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    const agent = program((code) => {
      exitCode = code;
    });
    await agent.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message} (see keruta-agent --help)`);
    return usageExitCode;
  }
}

// Not awaited at the top level, which would keep the build from precompiling (`--bytecode`).
void main(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
