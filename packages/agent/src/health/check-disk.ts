import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { bounds } from "../bounds.ts";
import type { Check } from "./check.ts";

/** Whether the spool can be written, and how much room is left for it. */
export function checkDisk(spoolDirectory: string): Check {
  const directory = existingParent(resolve(spoolDirectory));
  try {
    accessSync(directory, constants.W_OK);
    const { bavail, bsize } = statfsSync(directory);
    const free = bavail * bsize;
    return { healthy: free >= bounds.leastFreeDiskBytes, message: `${mebibytes(free)} free in ${directory}` };
  } catch (cause) {
    return { healthy: false, message: `cannot write to ${directory}: ${(cause as Error).message}` };
  }
}

/** The spool's directory is made when it is first needed. */
function existingParent(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existingParent(dirname(path));
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}
