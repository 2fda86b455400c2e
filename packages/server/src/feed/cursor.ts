import { type AttemptSummary, KerutaError, lastSequence, type Source } from "@keruta/protocol";
import type { FeedUnit, Outlet } from "../outlet.ts";
import type { LogStore } from "../store/log-store.ts";
import type { CatchUp, Reading } from "./catch-up.ts";
import type { AttemptViewer, Hub, WatchedAttempt } from "./hub.ts";

export interface CursorParts {
  readonly store: LogStore;
  readonly hub: Hub;
  readonly catchUp: CatchUp;
}

/**
 * A viewer's place in an attempt, and the one pump that moves it, whatever language the viewer speaks. Promised: every line
 * from the first one wanted on goes to the outlet once, in order, unless it is deleted before; a gap ends the viewer rather
 * than being skipped.
 *
 * It costs constant memory: it holds at most one answer of `CatchUp` while the outlet takes the rest. Whatever
 * moves it (an acknowledgement, a commit, a drained socket) only calls `#pump`, which looks at where it stands.
 */
export class Cursor implements AttemptViewer {
  readonly #watched: WatchedAttempt;
  #next = Number.POSITIVE_INFINITY;
  #reading: Reading | undefined;
  /** Those of `#reading` that are still to be taken. */
  #held: FeedUnit[] = [];
  #isReading = false;
  #isPumping = false;
  #isClosed = false;
  #isEndTold = false;
  readonly #partialsDue = new Set<Source>();

  /**
   * Joins the attempt; nothing goes out before `start`. `caughtUp` is called when every line there is was taken, again
   * whenever it is nudged and that is still so.
   */
  constructor(
    private readonly parts: CursorParts,
    private readonly outlet: Outlet,
    known: AttemptSummary,
    private readonly caughtUp: () => void = () => {},
  ) {
    this.#watched = parts.hub.join(known, this);
  }

  get watched(): WatchedAttempt {
    return this.#watched;
  }

  get summary(): AttemptSummary {
    return this.#watched.summary;
  }

  /** A first line that was deleted counts as the one behind the deleted. */
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

  /** There may be more lines, or more room for them. */
  advanced(): void {
    this.#pump();
  }

  partialChanged(source: Source): void {
    this.#partialsDue.add(source);
    this.#pump();
  }

  deleted(): void {
    const { taskId } = this.#watched.key;
    this.#failed(new KerutaError("TASK_NOT_FOUND", `task ${taskId} was deleted`));
  }

  /** What goes wrong for one viewer ends that viewer: a commit that moves many of them must reach the others. */
  #pump(): void {
    // Whatever the outlet does about what it is told may come back here.
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#mayMove() && this.#step());
    } catch (error) {
      this.outlet.fail(error);
    } finally {
      this.#isPumping = false;
    }
  }

  #mayMove(): boolean {
    const isStarted = this.#next !== Number.POSITIVE_INFINITY;
    return isStarted && !this.#isClosed && !this.#isReading && this.outlet.isReady;
  }

  /** False where there is nothing more to do now. */
  #step(): boolean {
    this.#skipDeleted();
    const unit = this.#held[0] ?? this.#watched.ring.find(this.#next);
    if (unit !== undefined) return this.#take(unit);
    if (this.#next <= this.summary.head) this.#readMore();
    else this.#atEdge();
    return false;
  }

  #skipDeleted(): void {
    const { deletedThrough = 0 } = this.summary;
    if (this.#next > deletedThrough) return;
    this.#doneReading();
    this.#next = deletedThrough + 1;
    this.outlet.skipped(deletedThrough);
  }

  /** False where the viewer has to take what it was given first. */
  #take(unit: FeedUnit): boolean {
    const last = lastSequence(unit.header);
    if (unit.header.firstSequence > this.#next || last < this.#next) throw gap(this.#next, unit);
    const due = this.outlet.take(unit, this.#next);
    if (due === this.#next) return false;
    this.#isEndTold = false;
    this.#next = due;
    if (due > last && this.#held.shift() === unit && this.#held.length === 0) this.#doneReading();
    return true;
  }

  #readMore(): void {
    this.outlet.pause();
    if (!this.outlet.hasRoom) return;
    this.#isReading = true;
    this.#read().catch((error) => this.#failed(error));
  }

  async #read(): Promise<void> {
    const { deletedThrough = 0 } = this.summary;
    const reading = await this.parts.catchUp.read(this.#watched.key, this.#next, deletedThrough);
    if (this.#isClosed) return reading.done();
    if (isAt(reading, this.#next)) {
      this.#reading = reading;
      this.#held = [...reading.units];
    } else {
      reading.done();
      await this.#lookForDeletion();
    }
    this.#isReading = false;
    this.#pump();
  }

  /** A line that should be there is not: it was deleted, or the attempt was, and nobody has said so yet. */
  async #lookForDeletion(): Promise<void> {
    const { taskId, attempt } = this.#watched.key;
    const found = (await this.parts.store.attempts(taskId)).find((stored) => stored.attempt === attempt);
    if (found === undefined)
      throw new KerutaError("ATTEMPT_NOT_FOUND", `attempt ${attempt} of task ${taskId} was deleted`);
    this.parts.hub.learn(this.#watched, found);
    const { deletedThrough = 0 } = this.summary;
    if (this.#next > deletedThrough)
      throw new KerutaError("DATABASE_ERROR", `the store does not have line ${this.#next}`);
  }

  #failed(error: unknown): void {
    if (!this.#isClosed) this.outlet.fail(error);
  }

  #doneReading(): void {
    this.#held = [];
    this.#reading?.done();
    this.#reading = undefined;
  }

  #atEdge(): void {
    const { summary } = this;
    this.outlet.pause();
    if (summary.state === "PROCESSING") {
      this.#isEndTold = false;
      this.#tellPartials();
    } else if (!this.#isEndTold) {
      this.#isEndTold = true;
      this.outlet.end(summary);
    }
    this.caughtUp();
  }

  #tellPartials(): void {
    const { hub } = this.parts;
    for (const source of this.#partialsDue)
      this.outlet.partial(source, hub.partialsOf(this.#watched.key).get(source) ?? "");
    this.#partialsDue.clear();
  }
}

function isAt({ units }: Reading, sequence: number): boolean {
  const [first] = units;
  return first !== undefined && first.header.firstSequence <= sequence;
}

function gap(next: number, unit: FeedUnit): Error {
  return new Error(`cannot feed line ${next}: the next unit begins at ${unit.header.firstSequence}`);
}
