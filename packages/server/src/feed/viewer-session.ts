import {
  type AttemptSummary,
  type ClientMessage,
  KerutaError,
  protocolVersion,
  type Subscribe,
} from "@keruta/protocol";
import type { Connection, Session } from "../connection.ts";
import type { AttemptKey, LogStore, StoredAttempt } from "../store/log-store.ts";
import { Cursor, type CursorParts } from "./cursor.ts";
import type { AttemptWatcher } from "./hub.ts";
import { lineFilter } from "./line-filter.ts";

export interface FeedParts extends CursorParts {
  readonly store: LogStore;
  /** Whether an agent is connected to the attempt. */
  readonly isConnected: (attempt: AttemptKey) => boolean;
}

/** A viewer of one task: it subscribes, is told of the task's attempts, and has a cursor in at most one of them. */
export class ViewerSession implements Session, AttemptWatcher {
  #cursor: Cursor | undefined;
  /** The subscription under way; a later one makes an earlier one's answer void. */
  #latest: Subscribe | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly taskId: string,
    private readonly parts: FeedParts,
  ) {}

  receive(message: ClientMessage): void {
    switch (message.type) {
      case "subscribe":
        this.#subscribe(message);
        break;
      case "ack":
        this.#cursor?.acknowledged(message.bytes);
        break;
      default:
        throw new KerutaError(
          "INVALID_MESSAGE_FORMAT",
          `a message of type ${message.type} has no place from a viewer`,
        );
    }
  }

  drained(): void {
    this.#cursor?.advanced();
  }

  closed(): void {
    this.#latest = undefined;
    this.#cursor?.close();
    this.#stopWatching?.();
  }

  attemptChanged(summary: AttemptSummary): void {
    this.connection.send({ type: "attempt", summary });
  }

  #subscribe(subscribe: Subscribe): void {
    checkVersion(subscribe);
    this.#latest = subscribe;
    this.#cursor?.close();
    this.#cursor = undefined;
    this.#stopWatching ??= this.parts.hub.watch(this.taskId, this);
    this.#join(subscribe).catch((error) => this.connection.fail(error));
  }

  async #join(subscribe: Subscribe): Promise<void> {
    const found = await this.#find(subscribe.attempt);
    if (this.#latest !== subscribe) return;
    if (found === undefined) return this.connection.send({ type: "subscribed", from: subscribe.from ?? 1 });
    const cursor = new Cursor(this.connection, this.parts, lineFilter(subscribe), this.#summary(found));
    this.#cursor = cursor;
    // Read once more now that commits reach the cursor: what was committed in between must not be missed.
    const now = found.state === "PROCESSING" ? ((await this.#find(found.attempt)) ?? found) : found;
    if (this.#latest !== subscribe) return;
    this.parts.hub.learn(cursor.watched, now);
    const { summary } = cursor.watched;
    const from = firstWanted(subscribe, summary.head);
    this.connection.send({ type: "subscribed", attempt: summary, from });
    cursor.start(from);
  }

  async #find(attempt: number | undefined): Promise<StoredAttempt | undefined> {
    if (attempt === 0) return undefined;
    if (attempt === undefined) return (await this.parts.store.task(this.taskId))?.latest;
    const found = (await this.parts.store.attempts(this.taskId)).find((stored) => stored.attempt === attempt);
    if (found === undefined)
      throw new KerutaError("ATTEMPT_NOT_FOUND", `task ${this.taskId} has no attempt ${attempt}`);
    return found;
  }

  #summary(stored: StoredAttempt): AttemptSummary {
    return { ...stored, connected: this.parts.isConnected(stored) };
  }
}

export function checkVersion({ protocol }: Subscribe): void {
  if (protocol !== protocolVersion)
    throw new KerutaError(
      "PROTOCOL_UNSUPPORTED",
      `protocol ${protocol} is not spoken here, ${protocolVersion} is`,
    );
}

function firstWanted({ from, tail }: Subscribe, head: number): number {
  if (from !== undefined) return Math.max(1, from);
  return tail === undefined ? 1 : Math.max(1, head - tail + 1);
}
