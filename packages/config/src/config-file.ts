import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigError } from "./mistakes.ts";
import type { Environment } from "./read-environment.ts";

export interface ConfigFile {
  readonly path: string;
  readonly content: unknown;
}

/** Where a program looks for its file. */
export interface FilePlaces {
  /** Given by a flag. */
  readonly flag: string | undefined;
  /** The variable that can name one. */
  readonly variable: string;
  /** What it is called in `~/.keruta` or, where it is not there, `/etc/keruta`: `config` for `config.yaml`. */
  readonly baseName: string;
}

/**
 * The file named by the flag, else by the variable, else the first that there is in `~/.keruta` and `/etc/keruta`;
 * undefined where there is none. The current directory is not looked at: it is the job's. Throws `ConfigError` where a
 * file that was named is missing, or one cannot be read.
 */
export function findConfigFile(places: FilePlaces, environment: Environment): ConfigFile | undefined {
  const named = places.flag || environment[places.variable];
  if (named) return readConfigFile(resolve(named)) ?? missing(named);
  for (const path of usualPaths(places.baseName, environment)) {
    const file = readConfigFile(path);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** The file that is this user's own, there or not. */
export function userFile(baseName: string, environment: Environment): string | undefined {
  const home = environment["HOME"];
  if (!home) return undefined;
  const paths = pathsIn(join(home, ".keruta"), baseName);
  return paths.find((path) => existsSync(path)) ?? paths[0];
}

function usualPaths(baseName: string, environment: Environment): readonly string[] {
  const home = environment["HOME"];
  const folders = [...(home ? [join(home, ".keruta")] : []), "/etc/keruta"];
  return folders.flatMap((folder) => pathsIn(folder, baseName));
}

function pathsIn(folder: string, baseName: string): readonly string[] {
  return ["yaml", "yml", "json"].map((ending) => join(folder, `${baseName}.${ending}`));
}

/** Undefined where there is none. Throws `ConfigError`. */
export function readConfigFile(path: string): ConfigFile | undefined {
  const content = readText(path);
  return content === undefined ? undefined : { path, content: parse(path, content) };
}

function readText(path: string): string | undefined {
  // Asked first, because an error made for each place where no file is costs an agent memory.
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError([`cannot read ${path}: ${(cause as Error).message}`]);
  }
}

function missing(path: string): never {
  throw new ConfigError([`cannot read ${path}: there is no such file`]);
}

function parse(path: string, content: string): unknown {
  const isJson = path.endsWith(".json");
  try {
    return isJson ? JSON.parse(content) : Bun.YAML.parse(content);
  } catch (cause) {
    throw new ConfigError([
      `cannot read ${path}: it is not ${isJson ? "JSON" : "YAML"}: ${(cause as Error).message}`,
    ]);
  }
}
