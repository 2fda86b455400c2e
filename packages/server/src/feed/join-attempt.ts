import type { Outlet } from "../outlet.ts";
import { attemptSummary } from "../store/attempt-summary.ts";
import type { AttemptKey, LogStore, StoredAttempt } from "../store/log-store.ts";
import { Cursor, type CursorParts } from "./cursor.ts";

export interface FeedParts extends CursorParts {
  /** Whether an agent is connected to the attempt. */
  readonly isConnected: (attempt: AttemptKey) => boolean;
}

/** Where to begin: `from` that line, `tail` so many lines before the head, else the first line. */
export interface Beginning {
  readonly from?: number | undefined;
  readonly tail?: number | undefined;
}

/** A cursor whose summary misses nothing: what is committed from now on reaches it. To be started, and closed. */
export async function joinAttempt(
  parts: FeedParts,
  found: StoredAttempt,
  outlet: Outlet,
  caughtUp?: () => void,
): Promise<Cursor> {
  const known = attemptSummary(found, parts.isConnected(found));
  const cursor = new Cursor(parts, outlet, known, caughtUp);
  try {
    // Read once more now that commits reach the cursor: what was committed in between must not be missed.
    const now = await findAttempt(parts.store, found.taskId, found.attempt);
    if (now !== undefined) parts.hub.learn(cursor.watched, now);
    return cursor;
  } catch (error) {
    cursor.close();
    throw error;
  }
}

/** `attempt` absent: the newest. */
export async function findAttempt(
  store: LogStore,
  taskId: string,
  attempt: number | undefined,
): Promise<StoredAttempt | undefined> {
  if (attempt === undefined) return (await store.task(taskId))?.latest;
  return (await store.attempts(taskId)).find((stored) => stored.attempt === attempt);
}

/** Lines that were deleted are not to be had. */
export function firstWanted(
  { from, tail }: Beginning,
  { head, deletedThrough = 0 }: Pick<StoredAttempt, "head" | "deletedThrough">,
): number {
  const wanted = from ?? (tail === undefined ? 1 : head - tail + 1);
  return Math.max(1, wanted, deletedThrough + 1);
}
