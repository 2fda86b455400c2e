import { type AttemptSummary, type ClientMessage, KerutaError } from "@keruta/protocol";
import type { Tuning } from "../config.ts";
import type { Connection, Session } from "../connection.ts";
import { maySee } from "../identity.ts";
import type { AttemptWatcher, Hub } from "./hub.ts";
import { checkVersion } from "./viewer-session.ts";

/**
 * A viewer of the status of all tasks. Only the newest summary of a task waits to be sent, so a viewer that does
 * not read costs one summary a task, and is told the present when it reads again.
 */
export class StatusFeed implements Session, AttemptWatcher {
  readonly #due = new Map<string, AttemptSummary>();
  #timer: Timer | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly hub: Hub,
    private readonly tuning: Pick<Tuning, "statusIntervalMs" | "socketBufferBytes">,
  ) {}

  receive(message: ClientMessage): void {
    if (message.type === "ack") return;
    if (message.type !== "subscribe" || (message.attempt ?? 0) !== 0)
      throw new KerutaError(
        "INVALID_MESSAGE_FORMAT",
        "only a subscribe with attempt 0 has a place on this socket",
      );
    checkVersion(message);
    this.#stopWatching ??= this.hub.watch(undefined, this);
    this.connection.send({ type: "subscribed", from: 1 });
  }

  drained(): void {
    this.#schedule();
  }

  closed(): void {
    clearTimeout(this.#timer);
    this.#stopWatching?.();
  }

  attemptChanged(summary: AttemptSummary): void {
    const { identity } = this.connection;
    if (identity === undefined || !maySee(identity, summary.taskId)) return;
    this.#due.set(summary.taskId, summary);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#due.size > 0) this.#timer ??= setTimeout(() => this.#flush(), this.tuning.statusIntervalMs);
  }

  #flush(): void {
    this.#timer = undefined;
    for (const [taskId, summary] of this.#due) {
      if (this.connection.bufferedBytes > this.tuning.socketBufferBytes) break;
      this.#due.delete(taskId);
      this.connection.send({ type: "attempt", summary });
    }
    this.#schedule();
  }
}
