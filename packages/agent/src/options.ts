import { oneOf, setting, type Table, text, toggle } from "@keruta/config";
import type { AgentKey } from "./settings.ts";

export interface CommandSpec {
  readonly name: string;
  readonly operands?: string;
  /** Whether its flags can stand behind an operand; without operands it is all the same. */
  readonly flags: "leading" | "anywhere";
  readonly meaning: string;
  /** Settings that its command line can give. */
  readonly settings: readonly AgentKey[];
  /** What only the command line of this command knows. */
  readonly options: Table;
}

const connecting = ["api.url"] as const;
const spooling = ["workDir", "spool.dir", "execute.drainTimeout"] as const;
const speaking = ["logging.level", "logging.verbose", "KERUTA_CONFIG"] as const;

/** What only `execute` knows. */
export const executeOptions = {
  script: setting(text("FILE"), {
    flags: ["--script"],
    meaning: "run this file with what stands after --",
  }),
};

/** What only `config` knows. */
export const configOptions = {
  format: setting(oneOf(["text", "json"]), {
    default: "text",
    flags: ["--format"],
    meaning: "how show prints",
  }),
};

const healthChecks = ["api", "disk", "memory", "config"] as const;
export type HealthCheck = (typeof healthChecks)[number];

/** Those that a list names. */
export function healthChecksIn(list: string): HealthCheck[] {
  const names = list.split(",").map((name) => name.trim());
  return healthChecks.filter((check) => names.includes(check));
}

function isHealthChecks(list: string): boolean {
  return list.split(",").length === healthChecksIn(list).length;
}

/** What only `health` knows. Without any of its checks it makes all. */
export const healthOptions = {
  checks: setting(
    text("LIST", `some of ${healthChecks.join(", ")}, with commas between them`, isHealthChecks),
    {
      flags: ["--check"],
      meaning: `what to check: ${healthChecks.join(", ")}`,
    },
  ),
  checkApi: setting(toggle, { default: false, flags: ["--check-api"], meaning: "the server" }),
  checkDisk: setting(toggle, { default: false, flags: ["--check-disk"], meaning: "room for the spool" }),
  checkMemory: setting(toggle, { default: false, flags: ["--check-memory"], meaning: "memory" }),
  format: setting(oneOf(["text", "json"]), {
    default: "text",
    flags: ["--format"],
    meaning: "how it is printed",
  }),
};

/** Every command and every option. `main.ts` gives each command what it does. */
export const commandSpecs = {
  execute: {
    name: "execute",
    operands: "[-- COMMAND|ARGUMENTS…]",
    flags: "leading",
    meaning: "run a script file, the command after --, or else the task's script, and deliver its log",
    settings: [
      "task.id",
      ...connecting,
      ...spooling,
      "execute.timeout",
      "execute.killGrace",
      "execute.outputGrace",
      "execute.stdin",
      "execute.pty",
      "execute.columns",
      "execute.rows",
      "execute.labels",
      "inputDetection.autoDetect",
      "logStreaming.enabled",
      "logStreaming.flushInterval",
      "logStreaming.filters.maxMessageLength",
      "spool.maxBytes",
      "spool.policy",
      "masking.environment",
      "masking.files",
      "masking.patterns",
      "masking.mode",
      "monitoring.prometheus.enabled",
      "monitoring.prometheus.port",
      "execute.autoCleanup",
      ...speaking,
    ],
    options: executeOptions,
  },
  flush: {
    name: "flush",
    flags: "anywhere",
    meaning: "deliver the logs that earlier agents could not, each to its own server or to --api-url",
    settings: [...connecting, ...spooling, ...speaking],
    options: {},
  },
  log: {
    name: "log",
    operands: "LEVEL MESSAGE",
    flags: "leading",
    meaning: "add a line to the log of the task, behind what the script has printed",
    settings: ["task.id", ...connecting, ...speaking],
    options: {},
  },
  health: {
    name: "health",
    flags: "anywhere",
    meaning: "check what the agent needs; exits with 1 when something is missing",
    settings: ["task.id", ...connecting, "workDir", "spool.dir", ...speaking],
    options: healthOptions,
  },
  config: {
    name: "config",
    operands: "show | set KEY VALUE",
    flags: "anywhere",
    meaning: "show every setting and where it is from, or write one to the configuration file",
    settings: ["KERUTA_CONFIG"],
    options: configOptions,
  },
} as const satisfies Record<string, CommandSpec>;
