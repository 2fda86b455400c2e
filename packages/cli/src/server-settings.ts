import {
  type Environment,
  findConfigFile,
  flagRows,
  helpRow,
  type ReadFlags,
  type Resolved,
  resolve,
} from "@keruta/config";
import { serverSettings } from "@keruta/server/settings";

export type ServerTable = typeof serverSettings;

/** The base name of the server's configuration file. */
export const serverConfigName = "server";

/** Every setting of the server, from flags, variables, a file and defaults. Throws `ConfigError`. */
export function readServerSettings(
  flags: ReadFlags["given"],
  environment: Environment,
): Resolved<ServerTable> {
  const flag = flags.get("KERUTA_SERVER_CONFIG")?.given;
  const places = {
    flag: flag === undefined ? undefined : String(flag),
    variable: "KERUTA_SERVER_CONFIG",
    baseName: serverConfigName,
  };
  const file = findConfigFile(places, environment);
  return resolve(serverSettings, { flags, environment, file, prefix: "KERUTA_" });
}

export function serveHelp(): string {
  return [
    "Usage: keruta serve [OPTIONS]",
    "",
    "Runs the server, with the panel.",
    "",
    "Options:",
    ...flagRows(serverSettings),
    helpRow("--help", "print this"),
    "",
    "Settings that have no flag stand in the environment or a file: keruta config show",
    "",
  ].join("\n");
}
