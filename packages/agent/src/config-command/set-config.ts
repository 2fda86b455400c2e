import { setInFile, userFile } from "@keruta/config";
import { configName, UsageError } from "../config.ts";
import { agentSettings } from "../settings.ts";
import type { ConfigRequest } from "./config-request.ts";

/** Writes to the file that is named, else to this user's own; answers with a sentence about it. */
export function setConfig(key: string, value: string, { flags, environment }: ConfigRequest): string {
  const named = flags.get("KERUTA_CONFIG")?.given ?? environment["KERUTA_CONFIG"];
  const path = named ? String(named) : userFile(configName, environment);
  if (path === undefined)
    throw new UsageError("there is no HOME to keep a configuration in: give --config FILE");
  setInFile(agentSettings, path, key, value);
  return `${key} is set in ${path}\n`;
}
