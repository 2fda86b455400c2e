import { readFileSync, writeFileSync } from "node:fs";

/**
 * Variables that the runtime obeys even in an executable: options that run other code, becoming the
 * bare runtime, a debugger's door (BUN_INSPECT and those that begin with it), and printing of requests
 * with their credentials. A job's environment must not be able to do that to the agent, and no build
 * flag turns it off. So their names in the file are changed to others of the same length, which no job
 * sets. The script's own environment is not touched.
 */
const variables = ["BUN_OPTIONS", "BUN_BE_BUN", "BUN_INSPECT", "BUN_CONFIG_VERBOSE_FETCH"];

/** Throws where a name is not found: then the runtime has changed, and this has to be thought over. */
export function neutralise(file: string): void {
  const bytes = readFileSync(file);
  for (const name of variables)
    if (replaceAll(bytes, name, name.replace("BUN_", "KER_")) === 0)
      throw new Error(`cannot neutralise ${name} in ${file}: the runtime does not hold that name`);
  writeFileSync(file, bytes);
}

function replaceAll(bytes: Buffer, name: string, harmless: string): number {
  let found = 0;
  for (let at = bytes.indexOf(name); at !== -1; at = bytes.indexOf(name, at + name.length)) {
    bytes.write(harmless, at, "latin1");
    found++;
  }
  return found;
}
