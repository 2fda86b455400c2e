import { describe, describeAsJson, describeAsText } from "@keruta/config";
import { readSettings } from "../config.ts";
import { agentSettings } from "../settings.ts";
import type { ConfigRequest } from "./config-request.ts";

/** Every setting, its value, where it is from, and why it does nothing where it does. */
export function showConfig({ format, flags, environment }: ConfigRequest): string {
  const resolved = readSettings(flags, environment);
  const rows = describe(agentSettings, resolved);
  if (format === "json") return describeAsJson(rows);
  return [...resolved.warnings.map((warning) => `warning: ${warning}\n`), describeAsText(rows)].join("");
}
