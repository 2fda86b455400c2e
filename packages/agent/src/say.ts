import { writeSync } from "node:fs";

/** One line to the agent's own stderr, which it shares with the script: only what a person must know. */
export function say(text: string): void {
  try {
    writeSync(2, `keruta-agent: ${text}\n`);
  } catch {
    // Nobody reads stderr (EPIPE), or it is full and does not wait (EAGAIN): there is no one to tell.
  }
}
