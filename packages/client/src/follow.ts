import {
  type AttemptSummary,
  type Decompress,
  decodeLines,
  type Frame,
  KerutaError,
  type Level,
  lastSequence,
  openFrame,
  protocolVersion,
  type ServerMessage,
  type Source,
  type Subscribe,
} from "@keruta/protocol";
import { requireTaskId } from "./api-url.ts";
import { type Connection, Disconnected } from "./connection.ts";
import type { FollowEvent } from "./follow-events.ts";
import { type ReconnectOptions, type Subscriber, stayConnected } from "./reconnect.ts";

export interface FollowOptions extends ReconnectOptions {
  readonly taskId: string;
  readonly decompress: Decompress;
  /** Absent: the newest attempt; one that is yet to begin is waited for. */
  readonly attempt?: number | undefined;
  /** First line wanted. Absent with `tail` absent: the first there is. */
  readonly from?: number | undefined;
  /** This many lines before the head instead; 0: only what comes. */
  readonly tail?: number | undefined;
  /**
   * The server leaves out chunks without a line of these. What is yielded can hold others too: a
   * chunk comes whole, and the consumer chooses within it.
   */
  readonly sources?: readonly Source[] | undefined;
  readonly levels?: readonly Level[] | undefined;
  /** Stay after the attempt's end, for lines that come later, for its going on, and for `attempt` events of others. */
  readonly stay?: boolean | undefined;
}

/**
 * Follows one attempt of a task: every line from the place asked for, once, in order, across any
 * number of disconnects, until the attempt ends. Lines that are deleted before they have come are passed over. Taking the next event lets go of the one before:
 * only then is it acknowledged, so a consumer that stops makes the server stop.
 *
 * Ends quietly when `signal` aborts. Throws KerutaError where asking again cannot help.
 */
export function follow(options: FollowOptions): AsyncGenerator<FollowEvent, void, void> {
  return stayConnected(options, new Cursor(options));
}

/** A viewer's place: attempt, next line, filter. */
class Cursor implements Subscriber<FollowEvent> {
  readonly topic: string;
  readonly #options: FollowOptions;
  #attempt: number | undefined;
  #next: number | undefined;
  /** Between a `subscribe` and its `subscribed` what arrives answers an earlier one. */
  #subscribed = false;
  #ended = false;

  constructor(options: FollowOptions) {
    this.topic = requireTaskId(options.taskId);
    this.#options = options;
    this.#attempt = options.attempt;
    this.#next = options.from;
  }

  subscription(): Subscribe {
    this.#subscribed = false;
    const { tail, sources, levels } = this.#options;
    return {
      type: "subscribe",
      protocol: protocolVersion,
      ...(this.#attempt === undefined ? {} : { attempt: this.#attempt }),
      ...(this.#next === undefined ? {} : { from: this.#next }),
      ...(this.#next !== undefined || tail === undefined ? {} : { tail }),
      ...(sources === undefined ? {} : { sources: [...sources] }),
      ...(levels === undefined ? {} : { levels: [...levels] }),
    };
  }

  *take(message: ServerMessage, connection: Connection): Generator<FollowEvent, boolean> {
    switch (message.type) {
      case "subscribed":
        this.#begin(message.attempt, message.from, connection);
        yield { type: "subscribed", attempt: message.attempt, from: this.#next ?? message.from };
        return false;
      case "chunk":
        yield* this.#lines(message.attempt, message.chunk);
        connection.taken(message.chunk.length);
        return false;
      case "scanned":
        if (this.#advance(message.attempt, message.sequence)) yield message;
        return false;
      case "partial":
        if (this.#isMine(message.attempt)) yield message;
        return false;
      case "attempt":
        this.#learn(message.summary);
        yield message;
        this.#joinFirst(message.summary, connection);
        return false;
      case "end":
        return yield* this.#end(message.summary);
      default:
        return false;
    }
  }

  #begin(attempt: AttemptSummary | undefined, from: number, connection: Connection): void {
    connection.beginCount();
    if (attempt === undefined) return;
    const { deletedThrough = 0 } = attempt;
    if (this.#next !== undefined && from > Math.max(this.#next, deletedThrough + 1))
      throw gap(this.#next, from);
    this.#attempt = attempt.attempt;
    this.#next = Math.max(this.#next ?? from, deletedThrough + 1);
    this.#subscribed = true;
    this.#learn(attempt);
  }

  /** An attempt that was given up goes on when its agent comes back, and ends again. */
  #learn({ attempt, state }: AttemptSummary): void {
    if (attempt === this.#attempt && state === "PROCESSING") this.#ended = false;
  }

  #isMine(attempt: number): boolean {
    return this.#subscribed && attempt === this.#attempt;
  }

  *#lines(attempt: number, chunk: Uint8Array): Generator<FollowEvent, void> {
    if (!this.#isMine(attempt)) return;
    const frame = opened(() => openFrame(chunk));
    const { firstSequence } = frame.header;
    const next = this.#next ?? firstSequence;
    if (firstSequence > next) throw gap(next, firstSequence);
    if (lastSequence(frame.header) < next) return;
    const block = opened(() => decodeLines(frame, this.#options.decompress));
    this.#next = lastSequence(frame.header) + 1;
    this.#ended = false;
    yield { type: "lines", attempt, block, start: next - firstSequence };
  }

  #advance(attempt: number, sequence: number): boolean {
    if (!this.#isMine(attempt) || sequence < (this.#next ?? 1)) return false;
    this.#next = sequence + 1;
    return true;
  }

  /** The task had no attempt: this is the first, and all of it is new. */
  #joinFirst(summary: AttemptSummary, connection: Connection): void {
    if (this.#attempt !== undefined) return;
    this.#attempt = summary.attempt;
    this.#next ??= 1;
    connection.subscribe(this.subscription());
  }

  *#end(summary: AttemptSummary): Generator<FollowEvent, boolean> {
    if (!this.#isMine(summary.attempt)) return false;
    const next = this.#next ?? 1;
    if (next <= summary.head) throw gap(next, summary.head + 1);
    if (!this.#ended) yield { type: "end", summary };
    this.#ended = true;
    return this.#options.stay !== true;
  }
}

/** A damaged frame was damaged on the way: the same lines are asked for again. */
function opened<T extends Frame | ReturnType<typeof decodeLines>>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof KerutaError) throw new Disconnected(error.message);
    throw error;
  }
}

function gap(expected: number, got: number): Disconnected {
  return new Disconnected(`expected line ${expected} and was sent ${got}`);
}
