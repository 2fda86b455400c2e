import { fstatSync } from "node:fs";
import type { StdinMode } from "../config.ts";

/** What a script reads when it reads its standard input. */
export type StdinSource = Exclude<StdinMode, "auto">;

/** `auto`: where there is nothing to be read from our own, as in a Pod, what the server sends; else our own. */
export function stdinSource(mode: StdinMode): StdinSource {
  if (mode !== "auto") return mode;
  return hasInput(0) ? "inherit" : "server";
}

const nullDevice = 0x103;

function hasInput(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return !(stat.isCharacterDevice() && stat.rdev === nullDevice);
  } catch {
    return false; // It is closed.
  }
}
