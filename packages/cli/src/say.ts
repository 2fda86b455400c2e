import { writeSync } from "node:fs";

/** One line for a person, to stderr, so that stdout stays the log's. */
export function say(text: string): void {
  try {
    writeSync(2, `keruta: ${text}\n`);
  } catch {
    // Nobody reads stderr (EPIPE), or it is full and does not wait (EAGAIN): there is no one to tell.
  }
}
