import type { FlushConfig } from "./config.ts";
import { Leftovers } from "./leftovers.ts";
import { say } from "./say.ts";

/** Delivers what earlier agents left; resolves to 0 when nothing is left, else to 1. */
export async function flush(config: FlushConfig): Promise<number> {
  const leftovers = new Leftovers(config);
  const timer = setTimeout(() => leftovers.stop(), config.drainTimeoutMs);
  const results = await leftovers.finished;
  clearTimeout(timer);
  for (const { taskId, directory, outcome } of results) {
    if (outcome.kind === "ended") say(`the log of task ${taskId} is delivered`);
    else say(`cannot deliver the log of task ${taskId}: ${outcome.reason}; it is kept in ${directory}`);
  }
  if (results.length === 0) say(`nothing is left to be delivered in ${config.spoolDirectory}`);
  return results.every(({ outcome }) => outcome.kind === "ended") ? 0 : 1;
}
