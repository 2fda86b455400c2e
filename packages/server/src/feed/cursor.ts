import { KerutaError, lastSequence, type Source } from "@keruta/protocol";
import type { Tuning } from "../config.ts";
import type { Connection } from "../connection.ts";
import type { CatchUp, Reading } from "./catch-up.ts";
import type { FeedUnit } from "./feed-unit.ts";
import type { AttemptViewer, Hub, WatchedAttempt } from "./hub.ts";
import type { LineFilter } from "./line-filter.ts";

export interface CursorParts {
  readonly hub: Hub;
  readonly catchUp: CatchUp;
  readonly tuning: Pick<Tuning, "viewerWindowBytes" | "socketBufferBytes">;
}

/**
 * A viewer's place in an attempt, and the one pump that moves it. Promised: every line from the first one wanted on
 * is sent once, in order, or covered by `scanned`; a gap ends the connection rather than being skipped.
 *
 * It costs constant memory: beside what the viewer has been sent and not acknowledged, it holds at most one answer of
 * `CatchUp` while the viewer takes the rest. Whatever moves it (an acknowledgement, a commit, a drained
 * socket) only calls `#pump`, which looks at where it stands.
 */
export class Cursor implements AttemptViewer {
  readonly #watched: WatchedAttempt;
  #next = Number.POSITIVE_INFINITY;
  #reading: Reading | undefined;
  /** Those of `#reading` that are still to be sent. */
  #held: FeedUnit[] = [];
  #isReading = false;
  #isClosed = false;
  #isEndSent = false;
  #sentBytes = 0;
  #ackedBytes = 0;
  /** Looked at, not sent, not told yet. */
  #scannedThrough = 0;
  readonly #partialsDue = new Set<Source>();

  /** Joins the attempt; nothing is sent before `start`. */
  constructor(
    private readonly connection: Connection,
    private readonly parts: CursorParts,
    private readonly filter: LineFilter,
    known: WatchedAttempt["summary"],
  ) {
    this.#watched = parts.hub.join(known, this);
  }

  get watched(): WatchedAttempt {
    return this.#watched;
  }

  start(from: number): void {
    this.#next = from;
    for (const source of this.parts.hub.partialsOf(this.#watched.key).keys()) this.#partialsDue.add(source);
    this.#pump();
  }

  close(): void {
    this.#isClosed = true;
    this.#doneReading();
    this.parts.hub.leave(this.#watched, this);
  }

  /** `bytes` since `start`. One that is late, or beyond what was sent, belongs to an earlier cursor. */
  acknowledged(bytes: number): void {
    this.#ackedBytes = Math.max(this.#ackedBytes, Math.min(bytes, this.#sentBytes));
    this.#pump();
  }

  advanced(): void {
    this.#pump();
  }

  partialChanged(source: Source): void {
    this.#partialsDue.add(source);
    this.#pump();
  }

  /** What goes wrong for one viewer ends that viewer: a commit that moves many of them must reach the others. */
  #pump(): void {
    try {
      while (this.#maySend() && this.#step());
    } catch (error) {
      this.connection.fail(error);
    }
  }

  /** False where there is nothing more to do now. */
  #step(): boolean {
    const unit = this.#held[0] ?? this.#watched.ring.find(this.#next);
    if (unit !== undefined) return this.#take(unit);
    if (this.#next <= this.#watched.summary.head) this.#readMore();
    else this.#atEdge();
    return false;
  }

  #maySend(): boolean {
    const { socketBufferBytes } = this.parts.tuning;
    const isReady = !this.#isClosed && !this.#isReading && this.#next !== Number.POSITIVE_INFINITY;
    return isReady && this.connection.isOpen && this.connection.bufferedBytes <= socketBufferBytes;
  }

  /** False where the viewer has to take what it was sent first. */
  #take(unit: FeedUnit): boolean {
    const last = lastSequence(unit.header);
    if (unit.header.firstSequence > this.#next || last < this.#next) throw gap(this.#next, unit);
    if (this.filter === undefined || this.filter(unit.header.counts)) {
      if (!this.#fits(unit.frameBytes)) return false;
      this.#tellScanned();
      this.#sentBytes += unit.frameBytes;
      this.connection.sendBytes(unit.message);
    } else this.#scannedThrough = last;
    if (this.#held.shift() === unit && this.#held.length === 0) this.#doneReading();
    this.#next = last + 1;
    return true;
  }

  #fits(bytes: number): boolean {
    const unacknowledged = this.#sentBytes - this.#ackedBytes;
    return unacknowledged === 0 || unacknowledged + bytes <= this.parts.tuning.viewerWindowBytes;
  }

  #readMore(): void {
    this.#tellScanned();
    if (!this.#fits(1)) return;
    this.#isReading = true;
    this.parts.catchUp.read(this.#watched.key, this.#next).then(
      (reading) => this.#readDone(reading),
      (error) => this.connection.fail(error),
    );
  }

  #readDone(reading: Reading): void {
    if (this.#isClosed) return reading.done();
    this.#reading = reading;
    this.#held = [...reading.units];
    this.#isReading = false;
    if (this.#held.length > 0) return this.#pump();
    this.#doneReading();
    this.connection.fail(new KerutaError("DATABASE_ERROR", `the store does not have line ${this.#next}`));
  }

  #doneReading(): void {
    this.#held = [];
    this.#reading?.done();
    this.#reading = undefined;
  }

  #atEdge(): void {
    this.#tellScanned();
    const { summary } = this.#watched;
    if (summary.state === "PROCESSING") this.#sendPartials();
    else if (!this.#isEndSent) this.connection.send({ type: "end", summary });
    this.#isEndSent = summary.state !== "PROCESSING";
  }

  #sendPartials(): void {
    const { hub } = this.parts;
    const { key } = this.#watched;
    for (const source of this.#partialsDue) {
      const text = hub.partialsOf(key).get(source) ?? "";
      this.connection.send({ type: "partial", attempt: key.attempt, source, text });
    }
    this.#partialsDue.clear();
  }

  #tellScanned(): void {
    if (this.#scannedThrough === 0) return;
    this.connection.send({
      type: "scanned",
      attempt: this.#watched.key.attempt,
      sequence: this.#scannedThrough,
    });
    this.#scannedThrough = 0;
  }
}

function gap(next: number, unit: FeedUnit): Error {
  return new Error(`cannot feed line ${next}: the next unit begins at ${unit.header.firstSequence}`);
}
