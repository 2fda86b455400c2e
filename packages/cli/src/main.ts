#!/usr/bin/env bun
import { ConfigError } from "@keruta/config";
import { KerutaError } from "@keruta/protocol";
import { Command, CommanderError } from "commander";
import { type CancelOptions, cancel } from "./commands/cancel.ts";
import type { ConfigOptions, ShowOptions } from "./commands/config.ts";
import { type ExportOptions, exportFormats, exportLog } from "./commands/export.ts";
import { type InputOptions, input } from "./commands/input.ts";
import type { KeyFileOptions, KeyListOptions, NewKeyOptions } from "./commands/key.ts";
import { type LogsOptions, logs } from "./commands/logs.ts";
import { type TasksOptions, tasks } from "./commands/tasks.ts";
import type { TokenOptions } from "./commands/token.ts";
import { OutputClosed } from "./output.ts";
import {
  levelList,
  lifetimeMs,
  oneOf,
  role,
  sourceList,
  taskIdList,
  taskStatus,
  wholeNumber,
} from "./parse-options.ts";
import { say } from "./say.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

const failureExitCode = 1;
const usageExitCode = 2;

/** Every command of `keruta`. */
function program(run: (work: Promise<number>) => Promise<void>): Command {
  const keruta = new Command("keruta")
    .description("Live, durable logs for jobs: the server, and what reads from it.")
    .version(version)
    .enablePositionalOptions()
    .exitOverride();

  // Loaded when it is wanted: reading a log should not wait for a server's code.
  passedOn("serve", "run the server, with the panel")
    .helpOption(false)
    .action((args: readonly string[]) => run(import("./commands/serve.ts").then(({ serve }) => serve(args))));

  reader("logs")
    .description("print the log of a task: what there is now, or with -f what comes too")
    .argument("<task>")
    .option("-f, --follow", "go on until the attempt ends, across restarts of the server")
    .option("--attempt <n>", "this attempt, not the newest", wholeNumber("--attempt", 1))
    .option(
      "--tail <n>",
      "only the last n lines (counted before --source and --level)",
      wholeNumber("--tail", 0),
    )
    .option("--since <time>", "only lines from this time on, or from so long ago: 90s, 15m, 2h, 1d")
    .option("--source <source>", "only stdout, stderr or agent; may be repeated", sourceList)
    .option("--level <level>", "only DEBUG, INFO, WARN or ERROR; may be repeated", levelList)
    .option("--timestamps", "put the time before each line")
    .option("--json", "one JSON object a line")
    .option("--exit-code", "end with the attempt's exit code (128 + n for a signal)")
    .action((task: string, options: LogsOptions) => run(logs(task, options)));

  reader("tasks")
    .description("list the tasks, newest first")
    .option("--status <status>", "only PENDING, PROCESSING, COMPLETED, FAILED or CANCELLED", taskStatus)
    .option("--limit <n>", "at most so many", wholeNumber("--limit", 1), 100)
    .option("--json", "as JSON")
    .action((options: TasksOptions) => run(tasks(options)));

  reader("input")
    .description("write to the standard input of a task's script, as soon as its agent can be reached")
    .argument("<task>")
    .argument("[text]", "a newline is added to it; - or nothing: what comes on stdin, as it comes")
    .option("--eof", "close the script's standard input behind it")
    .option("--no-newline", "send what was given as it is")
    .action((task: string, text: string | undefined, options: InputOptions) =>
      run(input(task, text, options)),
    );

  reader("cancel")
    .description("end what runs of a task: SIGTERM, and SIGKILL after its agent's grace")
    .argument("<task>")
    .option("--reason <text>", "for the log, which says who cancelled it")
    .action((task: string, options: CancelOptions) => run(cancel(task, options)));

  reader("export")
    .description("write a whole log")
    .argument("<task>")
    .option("--attempt <n>", "this attempt, not the newest", wholeNumber("--attempt", 1))
    .option("--source <source>", "only stdout, stderr or agent; may be repeated", sourceList)
    .option("--format <format>", "txt, ndjson, or raw: the bytes the script wrote", exportFormat, "txt")
    .option("-o, --output <file>", "a file, not stdout")
    .action((task: string, options: ExportOptions) => run(exportLog(task, options)));

  const token = keruta
    .command("token")
    .description("tokens to come in with, signed with the server's secret");
  token
    .command("create")
    .description("print a token, such as for the agent of one task")
    .option("--task <id>", "good for this task only; may be repeated", taskIdList)
    .option("--role <role>", "admin, developer, viewer or agent", role, "agent")
    .option("--expires <time>", "how long it is good: 30m, 24h, 90d (default: 24h)", lifetimeMs)
    .option("--name <name>", "what logs call whoever uses it")
    .option("--secret-file <file>", "the secret (KERUTA_JWT_SECRET, KERUTA_JWT_SECRET_FILE)")
    .action((options: TokenOptions) =>
      run(import("./commands/token.ts").then(({ createToken }) => createToken(options))),
    );

  const key = keruta.command("key").description("API keys, kept hashed in a file that the server reads");
  keyCommand("create")
    .description("add a key to the file and print it, once")
    .requiredOption("--role <role>", "admin, developer, viewer or agent", role)
    .option("--task <id>", "good for this task only; may be repeated", taskIdList)
    .option("--name <name>", "what logs call whoever uses it")
    .option("--expires <time>", "how long it is good: 30m, 24h, 90d; else until it is revoked", lifetimeMs)
    .action((options: NewKeyOptions) =>
      run(import("./commands/key.ts").then(({ createKey }) => createKey(options))),
    );
  keyCommand("list")
    .description("print what is known of the keys: id, role, name, tasks, created, expires")
    .option("--json", "one JSON object a line")
    .action((options: KeyListOptions) =>
      run(import("./commands/key.ts").then(({ listKeys }) => listKeys(options))),
    );
  keyCommand("revoke")
    .description("take a key back; a server notices within a second")
    .argument("<id>", "as the list shows it")
    .action((id: string, options: KeyFileOptions) =>
      run(import("./commands/key.ts").then(({ revokeKey }) => revokeKey(id, options))),
    );

  keruta
    .command("password")
    .description("read a password from stdin and print its hash, for `auth.users` of the server")
    .action(() => run(import("./commands/password.ts").then(({ hashPassword }) => hashPassword())));

  const config = keruta
    .command("config")
    .description("the server's settings: what they are, and where each is from");
  config
    .command("show", { isDefault: true })
    .description("print every setting the server would have, started like this with these options of serve")
    .option("--format <format>", "text or json", (text) => oneOf("--format", ["text", "json"], text), "text")
    .argument("[options...]", "as of serve, such as --config FILE")
    .allowUnknownOption()
    .action((flags: readonly string[], options: ShowOptions) =>
      run(import("./commands/config.ts").then(({ showConfig }) => showConfig(flags, options))),
    );
  config
    .command("set")
    .description("write a setting to the configuration file, which is made where there is none")
    .argument("<key>", "such as server.port")
    .argument("<value>")
    .option("--config <file>", "not the file in ~/.keruta")
    .action((key: string, value: string, options: ConfigOptions) =>
      run(import("./commands/config.ts").then(({ setConfig }) => setConfig(key, value, options))),
    );

  /** A command whose options are not commander's to read. */
  function passedOn(name: string, meaning: string): Command {
    return keruta
      .command(name)
      .description(meaning)
      .argument("[options...]")
      .allowUnknownOption()
      .passThroughOptions();
  }

  /** A command about the file of API keys. */
  function keyCommand(name: string): Command {
    return key.command(name).option("--file <file>", "the file of keys (KERUTA_API_KEYS_FILE)");
  }

  /** A command that asks a server. */
  function reader(name: string): Command {
    return keruta
      .command(name)
      .option("--api-url <url>", "the server (KERUTA_API_URL; http://127.0.0.1:8080)");
  }

  for (const command of keruta.commands) command.exitOverride();
  return keruta;
}

function exportFormat(text: string) {
  return oneOf("--format", exportFormats, text);
}

async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    await program(async (work) => {
      exitCode = await work;
    }).parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    return failed(error);
  }
}

/** Says what went wrong in one sentence; what is not meant for the operator is a bug, and shows where. */
function failed(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
  if (error instanceof OutputClosed) return 0;
  if (error instanceof ConfigError) {
    for (const mistake of error.mistakes) say(mistake);
    return usageExitCode;
  }
  if (error instanceof UsageError) {
    say(`${error.message} (see keruta --help)`);
    return usageExitCode;
  }
  if (error instanceof KerutaError || isSystemError(error)) say(error.message);
  else say(`a bug: ${error instanceof Error ? error.stack : String(error)}`);
  return failureExitCode;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}

// Not process.exit: output that a slow reader has not taken yet must not be cut off.
process.exitCode = await main(process.argv.slice(2));
