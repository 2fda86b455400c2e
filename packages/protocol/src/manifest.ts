import * as v from "valibot";
import { type AttemptState, attemptStates, attemptSummary } from "./messages.ts";
import { count, whole } from "./number-schemas.ts";

/** One sealed segment: its header, in the manifest so that a reader can skip it without fetching it. */
const manifestSegment = v.object({
  firstSequence: count,
  lineCount: count,
  firstTimeUs: count,
  lastTimeUs: count,
  rawBytes: count,
  columnsBytes: count,
  invalidBytes: count,
  counts: v.array(count),
  /** Size of the stored zstd body. */
  bodyBytes: count,
  /** The frame's checksum. Part of the segment's address, so that an address never changes its content. */
  checksum: count,
});
export type ManifestSegment = v.InferOutput<typeof manifestSegment>;

/**
 * What there is of an attempt. Segments are contiguous and immutable; lines past the last one, up to
 * `summary.head`, come over the WebSocket.
 */
const manifest = v.object({
  summary: attemptSummary,
  /** Segments that begin after the `after` asked for, ascending. */
  segments: v.array(manifestSegment),
  /** The last line that is in a segment; 0: none yet. */
  sealedThrough: count,
});
export type Manifest = v.InferOutput<typeof manifest>;

/** Throws where it is not one. */
export const readManifest = v.parser(manifest);

export const taskStatuses = ["PENDING", "WAITING_FOR_INPUT", ...attemptStates] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** How a task stands whose newest attempt is this. */
export function taskStatusOf(attempt: {
  readonly state: AttemptState;
  readonly waitingForInput?: boolean | undefined;
}): TaskStatus {
  const isWaiting = attempt.state === "PROCESSING" && attempt.waitingForInput === true;
  return isWaiting ? "WAITING_FOR_INPUT" : attempt.state;
}

/** How many lines there are of the attempt: those up to its head that were not deleted. */
export function linesKept(attempt: {
  readonly head: number;
  readonly deletedThrough?: number | undefined;
}): number {
  return attempt.head - (attempt.deletedThrough ?? 0);
}

/** A task as REST shows it. Times are ISO 8601, UTC, with milliseconds. */
const taskRecord = v.object({
  id: v.string(),
  name: v.string(),
  /** The same as `name`; older clients read it. */
  title: v.string(),
  status: v.picklist(taskStatuses),
  createdAt: v.string(),
  updatedAt: v.string(),
  startedAt: v.optional(v.string()),
  completedAt: v.optional(v.string()),
  exitCode: v.optional(whole),
  description: v.optional(v.string()),
  /** 0 to 100, as last reported. */
  progress: v.optional(whole),
  /** What was last reported of how it stands. */
  message: v.optional(v.string()),
  errorCode: v.optional(v.string()),
  createdBy: v.optional(v.string()),
  /** How many attempts there are. */
  attempts: count,
  /** The newest attempt. */
  latest: v.optional(attemptSummary),
});
export type TaskRecord = v.InferOutput<typeof taskRecord>;

/** Throws where it is not one. */
export const readTaskRecord = v.parser(taskRecord);
