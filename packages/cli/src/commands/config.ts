import { describe, describeAsJson, describeAsText, readFlags, setInFile, userFile } from "@keruta/config";
import { serverSettings } from "@keruta/server/settings";
import { Output } from "../output.ts";
import { say } from "../say.ts";
import { readServerSettings, serverConfigName } from "../server-settings.ts";
import { UsageError } from "../usage-error.ts";

export interface ConfigOptions {
  readonly config?: string;
}

export interface ShowOptions {
  readonly format: "text" | "json";
}

/**
 * Prints every setting the server would have with these flags of `serve`, and where each is from. Throws `ConfigError`.
 */
export async function showConfig(flags: readonly string[], { format }: ShowOptions): Promise<number> {
  const { given, operands } = readFlags(serverSettings, flags);
  if (operands.length > 0)
    throw new UsageError(`config show takes no argument, but was given ${operands[0]}`);
  const resolved = readServerSettings(given, process.env);
  for (const warning of resolved.warnings) say(warning);
  const rows = describe(serverSettings, resolved);
  await new Output(1).write(Buffer.from(format === "json" ? describeAsJson(rows) : describeAsText(rows)));
  return 0;
}

/** Writes a setting to the server's configuration file. Throws `ConfigError`. */
export async function setConfig(key: string, value: string, { config }: ConfigOptions): Promise<number> {
  const path = config ?? (process.env["KERUTA_SERVER_CONFIG"] || userFile(serverConfigName, process.env));
  if (path === undefined)
    throw new UsageError("there is no HOME to keep a configuration in: give --config FILE");
  setInFile(serverSettings, path, key, value);
  say(`${key} is set in ${path}`);
  return 0;
}
