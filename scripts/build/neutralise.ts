import { readFileSync, writeFileSync } from "node:fs";

/**
 * Variables that the runtime obeys even in an executable: options that run other code, and becoming
 * the bare runtime. A job's environment must not be able to do that, and no build flag turns it off.
 * So their names in the file are changed to others of the same length, which the job can hardly want
 * to set. The script's own environment is not touched.
 */
const variables = [
  ["BUN_OPTIONS", "KER_OPTIONS"],
  ["BUN_BE_BUN", "KER_BE_BUN"],
] as const;

/** Throws where a name is not found: then the runtime has changed, and this has to be thought over. */
export function neutralise(file: string): void {
  const bytes = readFileSync(file);
  for (const [name, harmless] of variables)
    if (replaceAll(bytes, name, harmless) === 0)
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
