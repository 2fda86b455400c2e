import type { AttemptSummary } from "@keruta/protocol";
import type { Messages } from "../i18n/en.ts";

/** How an attempt ended, in words; undefined while it runs, and for a plain success. */
export function outcomeOf(summary: AttemptSummary | undefined, words: Messages): string | undefined {
  if (summary === undefined || summary.state === "PROCESSING") return undefined;
  const { exitCode, signal, reason } = summary;
  const how = signal !== undefined ? words.signal(signal) : exitCode ? words.exitCode(exitCode) : undefined;
  return [how, reason].filter((part) => part !== undefined).join(" · ") || undefined;
}
