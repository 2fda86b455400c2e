import { isatty } from "node:tty";
import type { TerminalInput } from "./terminal-input.ts";

/**
 * Passes on what comes in on our own standard input to the script's terminal. Where ours is a terminal too, its keys
 * go through uninterpreted, so that the script's terminal is the one that interprets them. Returns what ends it.
 */
export function passKeys(input: TerminalInput): () => void {
  const isTerminal = isatty(0);
  if (isTerminal) process.stdin.setRawMode(true);
  process.stdin.on("data", (keys: Buffer<ArrayBuffer>) => {
    process.stdin.pause();
    input.pass(keys).then(
      () => process.stdin.resume(),
      () => {}, // The script's terminal is gone.
    );
  });
  process.stdin.on("end", () => void input.end().catch(() => {}));
  return () => {
    process.stdin.pause();
    if (isTerminal) process.stdin.setRawMode(false);
  };
}
