import type { AttemptSummary, LineBlock, Source } from "@keruta/protocol";

/** Lines in order: those of `block` from index `start` to its end. Never a line twice, never a gap but where lines were deleted. */
export interface LinesEvent {
  readonly type: "lines";
  readonly attempt: number;
  readonly block: LineBlock;
  readonly start: number;
}

export type ConnectionEvent =
  | { readonly type: "connection"; readonly state: "connecting" | "live" }
  /** Cut off for `reason`; the next try is `retryInMs` from now. */
  | {
      readonly type: "connection";
      readonly state: "waiting";
      readonly reason: string;
      readonly retryInMs: number;
    };

/** What following a task yields. */
export type FollowEvent =
  | LinesEvent
  | ConnectionEvent
  /** On every connection. Absent attempt: the task has none yet. `from` is the next line to come. */
  | { readonly type: "subscribed"; readonly attempt: AttemptSummary | undefined; readonly from: number }
  /** Every line up to `sequence` was looked at; those not yielded did not match the filter, or were deleted. */
  | { readonly type: "scanned"; readonly attempt: number; readonly sequence: number }
  /** Text not ended yet; empty: there is none any more. Replaced by what comes next for its source. */
  | { readonly type: "partial"; readonly attempt: number; readonly source: Source; readonly text: string }
  /** An attempt of this task began or changed; not only the one that is followed. */
  | { readonly type: "attempt"; readonly summary: AttemptSummary }
  /** The followed attempt has ended and every line of it was yielded. Last unless `stay`; then once after each line or new beginning. */
  | { readonly type: "end"; readonly summary: AttemptSummary };
