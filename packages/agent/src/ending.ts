import type { End } from "@keruta/protocol";
import type { Exit } from "./capture.ts";
import type { StopRequest } from "./stop-requests.ts";
import { signalNumber } from "./terminate.ts";

/** How it ended, for our own exit code and for the server. */
export interface Ending {
  readonly exitCode: number;
  readonly end: Pick<End, "state" | "exitCode" | "signal" | "reason">;
}

/** Why the script was ended before it did by itself. */
export type EndCause = StopRequest | { readonly kind: "timeout"; readonly timeoutMs: number };

/** What `timeout` of coreutils exits with. */
export const timeoutExitCode = 124;

/** Reasons of an end are cut at what the protocol takes. */
const maxReasonLength = 1_024;

/** How a script ended, that was asked to by `cause` or did by itself. */
export function endingOf(exit: Exit, cause: EndCause | undefined): Ending {
  const exitCode = "signal" in exit ? 128 + signalNumber(exit.signal) : exit.exitCode;
  const ended = { exitCode, ...("signal" in exit ? { signal: exit.signal } : {}) };
  switch (cause?.kind) {
    case "timeout":
      return ending(timeoutExitCode, ended, "FAILED", `timed out after ${cause.timeoutMs / 1_000} s`);
    case "signal":
    case "cancel":
      return ending(exitCode, ended, "CANCELLED", cancelReason(cause));
    case undefined:
      if ("signal" in exit) return ending(exitCode, ended, "FAILED", `killed by ${exit.signal}`);
      return { exitCode, end: { ...ended, state: exitCode === 0 ? "COMPLETED" : "FAILED" } };
  }
}

/** What is left of an attempt whose script was told to end before it was started. */
export function endingBeforeStart(cause: StopRequest): Ending {
  const signal = cause.kind === "signal" ? cause.signal : "SIGTERM";
  const exitCode = 128 + signalNumber(signal);
  return ending(exitCode, {}, "CANCELLED", `${cancelReason(cause)} before the script was started`);
}

/** The script could not be run. */
export function failedEnding(exitCode: number, reason: string): Ending {
  return ending(exitCode, {}, "FAILED", reason);
}

function ending(exitCode: number, ended: Pick<End, "signal">, state: End["state"], reason: string): Ending {
  return { exitCode, end: { ...ended, exitCode, state, reason: reason.slice(0, maxReasonLength) } };
}

function cancelReason(cause: StopRequest): string {
  if (cause.kind === "signal") return `ended by ${cause.signal} to the agent`;
  const why = cause.reason === undefined ? "" : `: ${cause.reason}`;
  return `cancelled by ${cause.by}${why}`;
}
