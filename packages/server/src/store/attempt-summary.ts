import type { AttemptSummary } from "@keruta/protocol";
import type { StoredAttempt } from "./log-store.ts";

/** A stored attempt as the outside sees it: without what only the server has a use for. */
export function attemptSummary(stored: StoredAttempt, connected: boolean): AttemptSummary {
  const { inserted: _, runId: __, claim: ___, ...summary } = stored;
  return { ...summary, connected };
}
