import {
  type AttemptSummary,
  type ClientMessage,
  KerutaError,
  protocolVersion,
  type Subscribe,
} from "@keruta/protocol";
import type { Connection, Session } from "../connection.ts";
import type { StoredAttempt } from "../store/log-store.ts";
import type { Cursor } from "./cursor.ts";
import type { AttemptWatcher } from "./hub.ts";
import { type FeedParts, findAttempt, firstWanted, joinAttempt } from "./join-attempt.ts";
import { lineFilter } from "./line-filter.ts";
import { NativeOutlet, type NativeOutletTuning } from "./native-outlet.ts";

export interface ViewerParts extends FeedParts {
  readonly tuning: NativeOutletTuning;
}

/** Where a viewer stands: the cursor that moves it, and what counts its acknowledgements. */
interface Joined {
  readonly cursor: Cursor;
  readonly outlet: NativeOutlet;
}

/** A native viewer of one task: it subscribes, is told of the task's attempts, and has a cursor in at most one of them. */
export class ViewerSession implements Session, AttemptWatcher {
  #joined: Joined | undefined;
  /** The subscription under way; a later one makes an earlier one's answer void. */
  #latest: Subscribe | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly taskId: string,
    private readonly parts: ViewerParts,
  ) {}

  receive(message: ClientMessage): void {
    switch (message.type) {
      case "subscribe":
        this.#subscribe(message);
        break;
      case "ack":
        this.#joined?.outlet.acknowledged(message.bytes);
        this.#joined?.cursor.advanced();
        break;
      default:
        throw new KerutaError(
          "INVALID_MESSAGE_FORMAT",
          `a message of type ${message.type} has no place from a viewer`,
        );
    }
  }

  drained(): void {
    this.#joined?.cursor.advanced();
  }

  closed(): void {
    this.#latest = undefined;
    this.#leave();
    this.#stopWatching?.();
  }

  attemptChanged(summary: AttemptSummary): void {
    this.connection.send({ type: "attempt", summary });
  }

  #subscribe(subscribe: Subscribe): void {
    checkVersion(subscribe);
    this.#latest = subscribe;
    this.#leave();
    this.#stopWatching ??= this.parts.hub.watch(this.taskId, this);
    this.#join(subscribe).catch((error) => this.connection.fail(error));
  }

  #leave(): void {
    this.#joined?.cursor.close();
    this.#joined = undefined;
  }

  async #join(subscribe: Subscribe): Promise<void> {
    const found = await this.#find(subscribe.attempt);
    if (this.#latest !== subscribe) return;
    if (found === undefined) return this.connection.send({ type: "subscribed", from: subscribe.from ?? 1 });
    const filter = lineFilter(subscribe);
    const outlet = new NativeOutlet(this.connection, found.attempt, filter, this.parts.tuning);
    const cursor = await joinAttempt(this.parts, found, outlet);
    if (this.#latest !== subscribe) return cursor.close();
    this.#joined = { cursor, outlet };
    const from = firstWanted(subscribe, cursor.summary);
    this.connection.send({ type: "subscribed", attempt: cursor.summary, from });
    cursor.start(from);
  }

  async #find(attempt: number | undefined): Promise<StoredAttempt | undefined> {
    if (attempt === 0) return undefined;
    const found = await findAttempt(this.parts.store, this.taskId, attempt);
    if (found === undefined && attempt !== undefined)
      throw new KerutaError("ATTEMPT_NOT_FOUND", `task ${this.taskId} has no attempt ${attempt}`);
    return found;
  }
}

export function checkVersion({ protocol }: Subscribe): void {
  if (protocol !== protocolVersion)
    throw new KerutaError(
      "PROTOCOL_UNSUPPORTED",
      `protocol ${protocol} is not spoken here, ${protocolVersion} is`,
    );
}
