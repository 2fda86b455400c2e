import { KerutaError } from "@keruta/protocol";
import type { Following, FollowTask } from "../follow-task.ts";
import { JsonViewer } from "./json-viewer.ts";
import type { SharedSlices } from "./shared-slices.ts";
import { isFromNow, type SubscribeOptions, subscribeOptions } from "./subscribe-options.ts";
import type { TextSocket } from "./text-socket.ts";

/**
 * A viewer of one task that says nothing is fed after this long. Until then it may still say what it wants, and must not get
 * lines twice.
 */
const unaskedAfterMs = 500;

/** Tasks that one connection may follow; one more is refused (INVALID_INPUT). */
const maxSubscriptions = 100;

export interface SubscriptionParts {
  readonly follow: FollowTask;
  readonly slices: SharedSlices;
  readonly socket: TextSocket;
  readonly tell: (message: string) => void;
  /** A subscription ended by itself. */
  readonly onFailed: (taskId: string, error: unknown) => void;
}

interface Subscription {
  readonly viewer: JsonViewer;
  readonly following: Following;
}

/** Which tasks one connection follows. */
export class Subscriptions {
  readonly #byTask = new Map<string, Subscription>();
  /** The task that is followed though nobody has asked for it. */
  #unaskedTaskId: string | undefined;
  #timer: Timer | undefined;

  constructor(private readonly parts: SubscriptionParts) {}

  /** Clients of old that only connect expect the lines of the task in the address. */
  followUnasked(taskId: string): void {
    if (this.#byTask.has(taskId)) return;
    const { viewer, following } = this.#follow(taskId, undefined, subscribeOptions());
    this.#unaskedTaskId = taskId;
    this.#timer = setTimeout(() => {
      viewer.subscribed(subscribeOptions(), false);
      following.advanced();
    }, unaskedAfterMs);
  }

  /** Whoever publishes has not come to look on: it would get its own lines back. */
  leaveUnasked(): void {
    if (this.#unaskedTaskId !== undefined) this.unsubscribe(this.#unaskedTaskId);
  }

  /** Replaces what the task was followed by before. Throws INVALID_INPUT where too many are followed. */
  subscribe(taskId: string, options: SubscribeOptions): void {
    const before = this.#byTask.get(taskId);
    const isUnasked = this.#unaskedTaskId === taskId;
    // Its place was kept since the connection was opened: nothing is missed while the peer makes up its mind.
    if (before !== undefined && isUnasked && isFromNow(options)) {
      this.#forgetUnasked();
      before.viewer.subscribed(options, true);
      before.following.advanced();
      return;
    }
    this.unsubscribe(taskId);
    if (this.#byTask.size >= maxSubscriptions)
      throw new KerutaError("INVALID_INPUT", `one connection can follow ${maxSubscriptions} tasks`);
    this.#follow(taskId, options, options);
  }

  unsubscribe(taskId: string): void {
    if (this.#unaskedTaskId === taskId) this.#forgetUnasked();
    this.#byTask.get(taskId)?.following.close();
    this.#byTask.delete(taskId);
  }

  advanced(): void {
    for (const { following } of [...this.#byTask.values()]) following.advanced();
  }

  close(): void {
    for (const taskId of [...this.#byTask.keys()]) this.unsubscribe(taskId);
  }

  #follow(taskId: string, options: SubscribeOptions | undefined, { from }: SubscribeOptions): Subscription {
    const { socket, slices, tell } = this.parts;
    const onDone = (error?: unknown) => this.#done(taskId, subscription, error);
    const viewer = new JsonViewer(taskId, { socket, slices, tell, onDone }, options);
    const subscription: Subscription = { viewer, following: this.parts.follow(taskId, from, viewer) };
    this.#byTask.set(taskId, subscription);
    return subscription;
  }

  #done(taskId: string, subscription: Subscription, error: unknown): void {
    if (this.#byTask.get(taskId) !== subscription) return;
    this.unsubscribe(taskId);
    if (error !== undefined) this.parts.onFailed(taskId, error);
  }

  #forgetUnasked(): void {
    clearTimeout(this.#timer);
    this.#unaskedTaskId = undefined;
  }
}
