import type { AttemptSummary } from "@keruta/protocol";
import type { Outlet } from "./outlet.ts";

/** Where a viewer begins. With neither `after` nor `tail`: at the first line. */
export interface FollowFrom {
  /** Absent: the newest. */
  readonly attempt?: number | undefined;
  /**
   * Lines up to this one are known already. Where the attempt does not have so many, it is another one than the viewer had in
   * mind, and none of its lines is known.
   */
  readonly after?: number | undefined;
  /** So many of the lines there are; 0: only what comes. */
  readonly tail?: number | undefined;
}

/** A viewer of a task's attempts, one after the other. Whatever is told of lines is of the attempt that `began` named last. */
export interface TaskViewer extends Outlet {
  /** The next lines are of this attempt, from line `from` on. Undefined: there is no attempt yet. */
  began(summary: AttemptSummary | undefined, from: number): void;
  /** Any attempt of the task began or changed. */
  attemptChanged(summary: AttemptSummary): void;
}

export interface Following {
  /** The viewer may have room again. */
  advanced(): void;
  close(): void;
}

/**
 * Follows a task for a viewer: the lines of one attempt and, when a later one has begun and the lines of the one before are
 * all taken, those of the next from the first on. Nothing is called before this has returned. What goes wrong is told by
 * `viewer.fail`: ATTEMPT_NOT_FOUND, DATABASE_ERROR.
 */
export type FollowTask = (taskId: string, from: FollowFrom, viewer: TaskViewer) => Following;
