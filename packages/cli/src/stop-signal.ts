import { constants } from "node:os";

const stopSignals = ["SIGTERM", "SIGINT"] as const;

/** Resolves with the first signal to stop. The next one ends the process as it would have without us. */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let count = 0;
    for (const signal of stopSignals)
      process.on(signal, () => {
        if (count++ > 0) process.exit(128 + constants.signals[signal]);
        resolve(signal);
      });
  });
}
