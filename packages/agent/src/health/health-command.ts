import { writeSync } from "node:fs";
import { ConfigError } from "@keruta/config";
import { type AgentValues, serverConfig, spoolDirectory, UsageError } from "../config.ts";
import type { HealthCheck } from "../options.ts";
import { type Checks, isHealthy } from "./check.ts";
import { checkApi } from "./check-api.ts";
import { checkDisk } from "./check-disk.ts";
import { checkMemory } from "./check-memory.ts";
import { reportAsJson, reportAsText } from "./health-report.ts";

export interface HealthCommandOptions {
  /** Empty: all. */
  readonly wanted: readonly HealthCheck[];
  readonly format: "text" | "json";
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws `ConfigError`. */
  readonly settings: () => AgentValues;
}

const all: readonly HealthCheck[] = ["api", "disk", "memory", "config"];

/** `keruta-agent health`: resolves with 0 where everything that was looked at is well, else with 1. */
export async function healthCommand({ wanted, format, ...options }: HealthCommandOptions): Promise<number> {
  const checks = await look(wanted.length === 0 ? all : wanted, options);
  const report =
    format === "json"
      ? `${JSON.stringify(reportAsJson(checks, new Date()), null, 2)}\n`
      : reportAsText(checks);
  writeSync(1, report);
  return isHealthy(checks) ? 0 : 1;
}

async function look(
  wanted: readonly HealthCheck[],
  { settings, environment }: Pick<HealthCommandOptions, "settings" | "environment">,
): Promise<Checks> {
  try {
    const values = settings();
    const server = serverConfig(values);
    return {
      ...(wanted.includes("api") ? { api: await checkApi(server) } : {}),
      ...(wanted.includes("disk") ? { disk: checkDisk(spoolDirectory(values, environment)) } : {}),
      ...(wanted.includes("memory") ? { memory: checkMemory() } : {}),
      ...(wanted.includes("config")
        ? { config: { healthy: true, message: "every setting can be read" } }
        : {}),
    };
  } catch (cause) {
    if (!(cause instanceof ConfigError || cause instanceof UsageError)) throw cause;
    // Nothing else can be looked at with settings that cannot be read.
    return { config: { healthy: false, message: cause.message } };
  }
}
