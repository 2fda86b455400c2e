import { defaults, type RawOptions } from "./config.ts";

/** An option of the command line. */
export interface Option {
  /** As it is written: `--task-id`. */
  readonly flag: string;
  /** Where its value is kept. */
  readonly key: keyof RawOptions;
  /** What stands for its value in the help; an option without one is a switch. */
  readonly value?: string;
  /** It may be given several times. */
  readonly many?: boolean;
  /** The environment variable that is asked where it is not given. */
  readonly variable?: string;
  readonly fallback?: string;
  readonly meaning: string;
}

export interface CommandSpec {
  readonly name: string;
  readonly operands?: string;
  readonly meaning: string;
  readonly options: readonly Option[];
}

const apiUrl: Option = {
  flag: "--api-url",
  key: "apiUrl",
  value: "URL",
  variable: "KERUTA_API_URL",
  meaning: "the server",
};
const workDir: Option = {
  flag: "--work-dir",
  key: "workDir",
  value: "DIR",
  variable: "KERUTA_WORK_DIR",
  meaning: "where .keruta is put: /work in a Pod, else the current directory",
};
const spoolDir: Option = {
  flag: "--spool-dir",
  key: "spoolDir",
  value: "DIR",
  variable: "KERUTA_SPOOL_DIR",
  meaning: "where the log waits for delivery: .keruta/spool in the work directory",
};
const drainTimeout: Option = {
  flag: "--drain-timeout",
  key: "drainTimeout",
  value: "SECONDS",
  fallback: defaults.drainTimeout,
  meaning: "how long to go on delivering when there is nothing left to run",
};

/** Every command and every option. `main.ts` gives each command what it does. */
export const commandSpecs = {
  execute: {
    name: "execute",
    operands: "[-- COMMAND|ARGUMENTS…]",
    meaning: "run a script file, or the command after --, and deliver its log",
    options: [
      {
        flag: "--task-id",
        key: "taskId",
        value: "ID",
        variable: "KERUTA_TASK_ID",
        meaning: "the task the log belongs to",
      },
      { flag: "--script", key: "script", value: "FILE", meaning: "run this file with what stands after --" },
      { ...apiUrl, fallback: defaults.apiUrl },
      workDir,
      spoolDir,
      {
        flag: "--timeout",
        key: "timeout",
        value: "SECONDS",
        fallback: defaults.timeout,
        meaning: "end the script after this long; 0: never",
      },
      {
        flag: "--kill-grace",
        key: "killGrace",
        value: "SECONDS",
        fallback: defaults.killGrace,
        meaning: "time between SIGTERM and SIGKILL",
      },
      {
        flag: "--output-grace",
        key: "outputGrace",
        value: "SECONDS",
        fallback: defaults.outputGrace,
        meaning: "time to read on after the script's exit while something still holds its output",
      },
      drainTimeout,
      {
        flag: "--flush-interval",
        key: "flushInterval",
        value: "MS",
        fallback: defaults.flushInterval,
        meaning: "how long a line may wait for company",
      },
      {
        flag: "--max-line-bytes",
        key: "maxLineBytes",
        value: "BYTES",
        fallback: defaults.maxLineBytes,
        meaning: "longer lines are split; nothing is cut off",
      },
      {
        flag: "--spool-max-bytes",
        key: "spoolMaxBytes",
        value: "BYTES",
        fallback: defaults.spoolMaxBytes,
        meaning: "how much may wait on disk",
      },
      {
        flag: "--spool-policy",
        key: "spoolPolicy",
        value: "POLICY",
        fallback: defaults.spoolPolicy,
        meaning: "what happens then: block (the script waits) or drop-oldest",
      },
      {
        flag: "--label",
        key: "label",
        value: "KEY=VALUE",
        many: true,
        meaning: "describes the attempt; may be given several times",
      },
      { flag: "--disable-log-streaming", key: "disableLogStreaming", meaning: "only run the script" },
    ],
  },
  flush: {
    name: "flush",
    meaning: "deliver the logs that earlier agents could not",
    options: [
      { ...apiUrl, meaning: "the server; without it, the one each log was meant for" },
      workDir,
      spoolDir,
      drainTimeout,
    ],
  },
} as const satisfies Record<string, CommandSpec>;
