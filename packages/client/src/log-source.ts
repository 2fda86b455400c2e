import type { AttemptSummary, LineBlock, Source } from "@keruta/protocol";
import type { ConnectionEvent } from "./follow-events.ts";
import type { LineFilter } from "./line-filter.ts";

/** Lines of `block` from index `start` up to, not including, `end`. Sequences: `block.header.firstSequence + index`. */
export interface LineRange {
  readonly block: LineBlock;
  readonly start: number;
  readonly end: number;
}

/** What a viewer draws beside the lines. Replaced, never changed in place. */
export interface LogStatus {
  readonly summary: AttemptSummary;
  /** The first line that `lines` can give: those before it were deleted. Grows only. */
  readonly first: number;
  /** The last line that `lines` can give; `first - 1` where there is none. Grows only. */
  readonly head: number;
  /** The current unended text, by source; empty strings are left out. */
  readonly partials: Readonly<Partial<Record<Source, string>>>;
  readonly connection: ConnectionEvent;
  /** The attempt has ended and `head` is its last line. Lines can still come, and an attempt that was lost can go on. */
  readonly ended: boolean;
  /** Why following stopped for good, where it did; `lines` still serves what there is. */
  readonly error: Error | undefined;
}

/**
 * Random access to an attempt's lines: sealed history over HTTP with a bounded cache, and the live
 * edge over a WebSocket. Holds at most `maxCacheBytes` decoded history and `maxEdgeBytes` of edge;
 * past the latter the live edge waits until the server has sealed it (back-pressure, nothing is lost).
 */
export interface LogSource {
  readonly taskId: string;
  readonly attempt: number;
  status(): LogStatus;
  /** Called after every change of `status()`, at most once a turn of the event loop. Returns the way to stop it. */
  onChange(listener: (status: LogStatus) => void): () => void;
  /**
   * The lines from `from` (or from `first`, if that is later) on, below `from + count`, in order and without a hole. Rejects
   * with SEGMENT_NOT_FOUND for lines of a segment that was just cut by a deletion: they can be read when the status has changed.
   */
  lines(from: number, count: number, signal?: AbortSignal): Promise<readonly LineRange[]>;
  /** First line that is not earlier than `timeUs`; head + 1 if there is none. */
  findTime(timeUs: number, signal?: AbortSignal): Promise<number>;
  /** The nearest line at or after (`step` 1), or at or before (-1) `from` that matches; segments without one are not fetched. */
  findNext(from: number, step: 1 | -1, filter: LineFilter, signal?: AbortSignal): Promise<number | undefined>;
  /** Lines from `first` to `head` by source and level, index = source * 4 + level, from headers alone. */
  counts(): readonly number[];
  close(): void;
}
