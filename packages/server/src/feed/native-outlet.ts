import { type AttemptSummary, lastSequence, type Source } from "@keruta/protocol";
import type { Tuning } from "../config.ts";
import type { Connection } from "../connection.ts";
import type { FeedUnit, Outlet } from "../outlet.ts";
import type { LineFilter } from "./line-filter.ts";

export type NativeOutletTuning = Pick<Tuning, "viewerWindowBytes" | "socketBufferBytes">;

/**
 * Speaks native messages: whole units, as long as less than a window of them waits for the viewer's acknowledgement. What does
 * not match the filter is told of by `scanned`.
 */
export class NativeOutlet implements Outlet {
  #sentBytes = 0;
  #ackedBytes = 0;
  /** Looked at, not sent, not told yet. */
  #scannedThrough = 0;

  constructor(
    private readonly connection: Connection,
    private readonly attempt: number,
    private readonly filter: LineFilter,
    private readonly tuning: NativeOutletTuning,
  ) {}

  get isReady(): boolean {
    return this.connection.isOpen && this.connection.bufferedBytes <= this.tuning.socketBufferBytes;
  }

  get hasRoom(): boolean {
    return this.#fits(1);
  }

  /** `bytes` since `subscribed`. One that is late, or beyond what was sent, belongs to an earlier subscription. */
  acknowledged(bytes: number): void {
    this.#ackedBytes = Math.max(this.#ackedBytes, Math.min(bytes, this.#sentBytes));
  }

  take(unit: FeedUnit, next: number): number {
    const last = lastSequence(unit.header);
    if (this.filter === undefined || this.filter(unit.header.counts)) {
      if (!this.#fits(unit.frameBytes)) return next;
      this.pause();
      this.#sentBytes += unit.frameBytes;
      this.connection.sendBytes(unit.message);
    } else this.#scannedThrough = last;
    return last + 1;
  }

  skipped(through: number): void {
    this.#scannedThrough = through;
  }

  pause(): void {
    if (this.#scannedThrough === 0) return;
    this.connection.send({ type: "scanned", attempt: this.attempt, sequence: this.#scannedThrough });
    this.#scannedThrough = 0;
  }

  partial(source: Source, text: string): void {
    this.connection.send({ type: "partial", attempt: this.attempt, source, text });
  }

  end(summary: AttemptSummary): void {
    this.connection.send({ type: "end", summary });
  }

  fail(error: unknown): void {
    this.connection.fail(error);
  }

  #fits(bytes: number): boolean {
    const unacknowledged = this.#sentBytes - this.#ackedBytes;
    return unacknowledged === 0 || unacknowledged + bytes <= this.tuning.viewerWindowBytes;
  }
}
