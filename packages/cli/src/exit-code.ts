import { constants } from "node:os";
import type { AttemptSummary } from "@keruta/protocol";

/** The script's exit code as a shell would tell it: 128 + n for a signal; 1 where it failed without one. */
export function exitCodeOf({ state, exitCode, signal }: AttemptSummary): number {
  if (exitCode !== undefined) return exitCode;
  const signals: Readonly<Record<string, number>> = constants.signals;
  const number = signal === undefined ? undefined : signals[signal];
  if (number !== undefined) return 128 + number;
  return state === "COMPLETED" || state === "PROCESSING" ? 0 : 1;
}
