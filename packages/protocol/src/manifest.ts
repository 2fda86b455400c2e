import * as z from "zod/mini";
import { attemptStates, attemptSummary } from "./messages.ts";

const count = z.int().check(z.nonnegative());

/** One sealed segment: its header, in the manifest so that a reader can skip it without fetching it. */
export const manifestSegment = z.object({
  firstSequence: count,
  lineCount: count,
  firstTimeUs: count,
  lastTimeUs: count,
  rawBytes: count,
  columnsBytes: count,
  invalidBytes: count,
  counts: z.array(count),
  /** Size of the stored zstd body. */
  bodyBytes: count,
  /** The frame's checksum. Part of the segment's address, so that an address never changes its content. */
  checksum: count,
});
export type ManifestSegment = z.infer<typeof manifestSegment>;

/**
 * What there is of an attempt. Segments are contiguous and immutable; lines past the last one, up to
 * `summary.head`, come over the WebSocket.
 */
export const manifest = z.object({
  summary: attemptSummary,
  /** Segments that begin after the `after` asked for, ascending. */
  segments: z.array(manifestSegment),
  /** The last line that is in a segment; 0: none yet. */
  sealedThrough: count,
});
export type Manifest = z.infer<typeof manifest>;

export const taskStatuses = ["PENDING", ...attemptStates] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** A task as REST shows it. Times are ISO 8601, UTC, with milliseconds. */
export const taskRecord = z.object({
  id: z.string(),
  name: z.string(),
  /** The same as `name`; older clients read it. */
  title: z.string(),
  status: z.enum(taskStatuses),
  createdAt: z.string(),
  updatedAt: z.string(),
  startedAt: z.optional(z.string()),
  completedAt: z.optional(z.string()),
  exitCode: z.optional(z.int()),
  /** How many attempts there are. */
  attempts: count,
  /** The newest attempt. */
  latest: z.optional(attemptSummary),
});
export type TaskRecord = z.infer<typeof taskRecord>;
