import type { AttemptSummary, ChunkHeader, Source } from "@keruta/protocol";

/** A unit as viewers get it. It is one object for all who read it, and its bytes may be gone after the call. */
export interface FeedUnit {
  readonly header: ChunkHeader;
  /** The native message, made once for all viewers. */
  readonly message: Uint8Array;
  /** What a native viewer acknowledges: the frame's bytes, without the message around it. */
  readonly frameBytes: number;
  /** A view into `message`. */
  readonly frame: Uint8Array;
}

/**
 * Where the lines of one attempt go: one viewer, in the language it speaks. The cursor calls it with every line
 * from the first one wanted on, in order and once each, as fast as it takes them.
 */
export interface Outlet {
  /** Whether it takes anything now. Who changes that calls the cursor's `advanced`. */
  readonly isReady: boolean;
  /** Whether it has room for lines that have to be read first. */
  readonly hasRoom: boolean;
  /**
   * Takes lines of the unit from line `next` on, which it holds; answers the line that is due then: `next` itself where there is
   * no room for any.
   */
  take(unit: FeedUnit, next: number): number;
  /** Lines up to here were deleted before they could be taken. */
  skipped(through: number): void;
  /** Nothing follows at once: what it keeps back is to be told now. */
  pause(): void;
  /** Text that no newline has ended yet; empty: there is none any more. */
  partial(source: Source, text: string): void;
  /** The attempt has ended and every line of it was taken. Called again where lines came after the end. */
  end(summary: AttemptSummary): void;
  /** The lines cannot be had any more. Nothing is called after it. */
  fail(error: unknown): void;
}
