import { type AttemptSummary, KerutaError } from "@keruta/protocol";
import type { FollowFrom, Following, FollowTask, TaskViewer } from "../follow-task.ts";
import type { StoredAttempt } from "../store/log-store.ts";
import type { Cursor } from "./cursor.ts";
import type { AttemptWatcher } from "./hub.ts";
import { type FeedParts, findAttempt, firstWanted, joinAttempt } from "./join-attempt.ts";

export function taskFollowing(parts: FeedParts): FollowTask {
  return (taskId, from, viewer) => new TaskFollower(parts, taskId, from, viewer);
}

/** One viewer's way through the attempts of a task: a cursor in one of them, and which one is the newest. */
class TaskFollower implements Following, AttemptWatcher {
  readonly #stopWatching: () => void;
  #cursor: Cursor | undefined;
  #newest = 0;
  /** Between two attempts, or before the first. */
  #isMoving = true;
  #isClosed = false;

  constructor(
    private readonly parts: FeedParts,
    private readonly taskId: string,
    private readonly from: FollowFrom,
    private readonly viewer: TaskViewer,
  ) {
    // Watched before it is looked for: an attempt that begins in between is told of either way.
    this.#stopWatching = parts.hub.watch(taskId, this);
    this.#try(() => this.#begin());
  }

  advanced(): void {
    this.#cursor?.advanced();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWatching();
    this.#cursor?.close();
  }

  attemptChanged(summary: AttemptSummary): void {
    this.#newest = Math.max(this.#newest, summary.attempt);
    this.viewer.attemptChanged(summary);
    if (this.#cursor === undefined) this.#moveOn(0);
    else if (summary.attempt > this.#cursor.summary.attempt) this.#cursor.advanced();
  }

  async #begin(): Promise<void> {
    const found = await findAttempt(this.parts.store, this.taskId, this.from.attempt);
    if (this.#isClosed) return;
    if (found !== undefined) return this.#join(found, (summary) => firstLine(this.from, summary));
    if (this.from.attempt !== undefined)
      throw new KerutaError("ATTEMPT_NOT_FOUND", `task ${this.taskId} has no attempt ${this.from.attempt}`);
    this.viewer.began(undefined, 1);
    this.#isMoving = false;
    this.#moveOn(0);
  }

  async #join(found: StoredAttempt, first: (summary: AttemptSummary) => number): Promise<void> {
    const cursor = await joinAttempt(this.parts, found, this.viewer, () => this.#moveOn(found.attempt));
    if (this.#isClosed) return cursor.close();
    this.#cursor = cursor;
    this.#isMoving = false;
    this.#newest = Math.max(this.#newest, found.attempt);
    const from = first(cursor.summary);
    this.viewer.began(cursor.summary, from);
    cursor.start(from);
  }

  /** Where there is an attempt after this one, whose lines were all taken. */
  #moveOn(attempt: number): void {
    if (this.#isMoving || this.#isClosed || this.#newest <= attempt) return;
    this.#isMoving = true;
    this.#try(() => this.#joinNext(attempt));
  }

  async #joinNext(attempt: number): Promise<void> {
    const attempts = await this.parts.store.attempts(this.taskId);
    if (this.#isClosed) return;
    const next = attempts.find((stored) => stored.attempt > attempt);
    this.#isMoving = next !== undefined;
    if (next === undefined) return;
    this.#cursor?.close();
    this.#cursor = undefined;
    await this.#join(next, (summary) => firstWanted({}, summary));
  }

  #try(act: () => Promise<void>): void {
    act().catch((error) => {
      if (!this.#isClosed) this.viewer.fail(error);
    });
  }
}

function firstLine({ after, tail }: FollowFrom, summary: AttemptSummary): number {
  const from = after === undefined || after > summary.head ? undefined : after + 1;
  return firstWanted(after === undefined ? { tail } : { from }, summary);
}
