import { statSync } from "node:fs";
import type { Surroundings } from "./capture.ts";
import { CommandError } from "./command.ts";
import type { PreparedScript } from "./script/prepared-script.ts";

/**
 * Where and with which variables a script is run: as we are, with what is said of it and `added`. Throws `CommandError`
 * where its directory is not there.
 */
export function surroundingsOf(
  { environment = {}, workDirectory }: PreparedScript,
  added: Readonly<Record<string, string>>,
): Surroundings {
  if (workDirectory !== undefined) requireDirectory(workDirectory);
  const env = { ...process.env, ...environment, ...added };
  return { env, ...(workDirectory === undefined ? {} : { cwd: workDirectory }) };
}

function requireDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new CommandError(126, `cannot run the script in ${path}: there is no such directory`);
}
