import { type ChunkHeader, limits } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import { nowUs } from "../now-us.ts";
import type { AttemptKey } from "../store/log-store.ts";
import type { Submission, Submitted } from "../task-actions.ts";
import { lineRange } from "./line-range.ts";
import type { LifecycleParts } from "./parts.ts";
import { submitRun } from "./submit-run.ts";
import { submittedFrames } from "./submitted-frames.ts";
import { beginAttempt, throwNotFound } from "./tasks.ts";

/** The `submit` of the contract. */
export async function submitLines(
  parts: LifecycleParts,
  by: Identity,
  taskId: string,
  submission: Submission,
): Promise<Submitted> {
  const { lines, run } = submission;
  if (run !== undefined) return submitRun(parts, by, taskId, { lines, ...run });
  const { frames, timesUs } = submittedFrames(lines, 1, limits.maxLineBytes, nowUs());
  const { attempt, stored } = await parts.turns.take(taskId, () => insertAll(parts, by, taskId, frames));
  const headers = await stored;
  return {
    attempt,
    accepted: lines.length,
    duplicates: 0,
    ...lineRange(headers),
    timesUs,
  };
}

/**
 * The turn is over when the last frame has been asked for: whoever is next does not wait until it is on the disk, so that
 * many small submissions share a commit.
 */
async function insertAll(
  parts: LifecycleParts,
  by: Identity,
  taskId: string,
  frames: readonly Uint8Array[],
): Promise<{ attempt: number; stored: Promise<ChunkHeader[]> }> {
  const key = await newestAttempt(parts, by, taskId);
  const headers: ChunkHeader[] = [];
  for (const frame of frames.slice(0, -1)) headers.push(await parts.inserter.insert(key, frame));
  const last = frames.slice(-1).map((frame) => parts.inserter.insert(key, frame));
  return { attempt: key.attempt, stored: Promise.all(last).then((header) => [...headers, ...header]) };
}

async function newestAttempt(parts: LifecycleParts, by: Identity, taskId: string): Promise<AttemptKey> {
  const task = await parts.store.task(taskId);
  if (task === undefined && !parts.settings.autoCreateTasks) throwNotFound(taskId);
  return task?.latest ?? (await beginAttempt(parts, taskId, by)).attempt;
}
