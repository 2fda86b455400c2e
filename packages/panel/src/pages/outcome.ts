import type { AttemptSummary } from "@keruta/protocol";
import type { Messages } from "../i18n/en.ts";
import { elapsedTime, tookTime } from "../log-view/clock.ts";

/** How an attempt ended, in words; undefined while it runs, and for a plain success. */
export function outcomeOf(summary: AttemptSummary | undefined, words: Messages): string | undefined {
  if (summary === undefined || summary.state === "PROCESSING") return undefined;
  const { exitCode, signal, reason } = summary;
  const how = signal !== undefined ? words.signal(signal) : exitCode ? words.exitCode(exitCode) : undefined;
  // The agent's sentence may say no more than the signal's name does.
  const why = signal !== undefined && reason?.includes(signal) ? undefined : reason;
  return [how, why].filter((part) => part !== undefined).join(" · ") || undefined;
}

/** How long it has run, or ran. */
export function durationOf({ startedAtUs, endedAtUs }: AttemptSummary, nowMs: number): string {
  const startedAtMs = startedAtUs / 1_000;
  return endedAtUs === undefined
    ? elapsedTime(nowMs - startedAtMs)
    : tookTime(endedAtUs / 1_000 - startedAtMs);
}
