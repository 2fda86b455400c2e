import { accessSync, constants, mkdirSync } from "node:fs";
import { StartError } from "./start-error.ts";

/** Makes sure the folder is there and ours to write. */
export function prepareDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new StartError(`cannot write to the data folder ${dataDir}: ${why}; choose another with --data`, {
      cause,
    });
  }
}
