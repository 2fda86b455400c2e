import { type AttemptSummary, lastSequence, type Source, taskStatusOf } from "@keruta/protocol";
import type { TaskViewer } from "../follow-task.ts";
import type { FeedUnit } from "../outlet.ts";
import { outgoing } from "./outgoing.ts";
import type { SharedSlices } from "./shared-slices.ts";
import type { EventName, SubscribeOptions } from "./subscribe-options.ts";
import type { TextSocket } from "./text-socket.ts";

export interface JsonViewerParts {
  readonly socket: TextSocket;
  readonly slices: SharedSlices;
  /** Sends a message that is not a line. */
  readonly tell: (message: string) => void;
  /** Called once: there is nothing more for it; `error` where that is not how it should be. */
  readonly onDone: (error?: unknown) => void;
}

/**
 * A viewer in JSON: one `log` message a line, exactly the lines that were asked for. It is spared what it can not take, and
 * holds nothing back meanwhile: its place is all that is remembered.
 */
export class JsonViewer implements TaskViewer {
  #attempt = 0;
  #from = 1;
  #summary: AttemptSummary | undefined;
  #hasBegun = false;
  /** The last line wanted of a viewer that is not live. */
  #through = Number.POSITIVE_INFINITY;
  #lastStatus = "";

  /** `options` undefined: nobody has subscribed; it keeps its place until somebody does, or `subscribed` is called. */
  constructor(
    private readonly taskId: string,
    private readonly parts: JsonViewerParts,
    private options: SubscribeOptions | undefined,
  ) {}

  get isReady(): boolean {
    return this.options !== undefined && this.parts.socket.hasRoom;
  }

  /** What is read is shared, and what is sent goes to the socket at once. */
  readonly hasRoom = true;

  /** What was kept for whoever subscribes is theirs now. `isAsked`: they wait for an answer. */
  subscribed(options: SubscribeOptions, isAsked: boolean): void {
    this.options = options;
    if (isAsked && this.#hasBegun) this.#answer();
  }

  began(summary: AttemptSummary | undefined, from: number): void {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    this.#summary = summary;
    this.#from = from;
    this.#attempt = summary?.attempt ?? 0;
    if (isFirst && this.options !== undefined) this.#answer();
    if (this.options?.isLive === false) this.#endAt(summary?.head ?? 0);
  }

  attemptChanged(summary: AttemptSummary): void {
    if (summary.attempt < this.#attempt) return;
    const status = taskStatusOf(summary);
    const isNews = `${summary.attempt} ${status}` !== this.#lastStatus;
    this.#lastStatus = `${summary.attempt} ${status}`;
    if (isNews) this.#tell("status", { status, ...howItEnded(summary) });
  }

  take(unit: FeedUnit, next: number): number {
    const due = this.#take(unit, next);
    if (due > this.#through) this.parts.onDone();
    return due;
  }

  skipped(): void {}

  pause(): void {}

  partial(source: Source, text: string): void {
    this.#tell("partial", { source, message: text, metadata: { attempt: this.#attempt } });
  }

  end(summary: AttemptSummary): void {
    this.#tell("end", { status: taskStatusOf(summary), lastSequence: summary.head, ...howItEnded(summary) });
  }

  fail(error: unknown): void {
    this.parts.onDone(error);
  }

  #take(unit: FeedUnit, next: number): number {
    const { selection } = this.options!;
    const last = Math.min(lastSequence(unit.header), this.#through);
    if (!selection.hasAny(unit.header.counts)) return last + 1;
    const owner = { taskId: this.taskId, attempt: this.#attempt };
    const slice = this.parts.slices.get(unit, owner, { next, last }, selection);
    if (slice.messages.length > 0) this.parts.socket.send(slice.messages, slice.length);
    return slice.next;
  }

  /** `replayed`: how many of the lines there are will be sent; not known where only some are wanted. */
  #answer(): void {
    const { head = 0, attempt } = this.#summary ?? {};
    const replayed = this.options!.selection.isAll ? Math.max(0, head - this.#from + 1) : undefined;
    const place = { attempt, head, fromSequence: this.#from, replayed };
    this.parts.tell(outgoing("subscribed", { taskId: this.taskId, ...place }));
  }

  #endAt(head: number): void {
    this.#through = head;
    if (this.#from > head) this.parts.onDone();
  }

  #tell(type: EventName, fields: Readonly<Record<string, unknown>>): void {
    if (this.options?.events.has(type) !== true) return;
    this.parts.tell(outgoing(type, { taskId: this.taskId, ...fields }));
  }
}

function howItEnded({ attempt, exitCode, signal, reason, lost }: AttemptSummary) {
  return { attempt, exitCode, signal, reason, lost };
}
