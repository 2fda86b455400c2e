import { type ErrorCode, KerutaError } from "@keruta/protocol";
import type { Connection, Dialect } from "../connection.ts";
import type { FollowTask } from "../follow-task.ts";
import type { Identity } from "../identity.ts";
import { newInput } from "../input-request.ts";
import type { Logger } from "../logger.ts";
import { demandTextMessage, may } from "../permissions.ts";
import type { TaskActions } from "../task-actions.ts";
import { Inflow } from "./inflow.ts";
import { InputRelay } from "./input-relay.ts";
import { outgoing, outgoingError } from "./outgoing.ts";
import { Publisher } from "./publisher.ts";
import { type Frame, readFrame } from "./read-frame.ts";
import type { SharedSlices } from "./shared-slices.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TextSocket } from "./text-socket.ts";
import type { UnfinishedWork } from "./unfinished-work.ts";

export interface JsonParts {
  readonly follow: FollowTask;
  readonly actions: TaskActions;
  /** Resolves when so many lines may be submitted from an address. Throws RateLimitError where that takes too long. */
  readonly pace: (identity: Identity, address: string, count: number) => Promise<void>;
  readonly slices: SharedSlices;
  readonly work: UnfinishedWork;
  readonly refused: (code: ErrorCode) => void;
  readonly logger: Logger;
}

type Acting = Exclude<Frame, { readonly type: "auth" }>;

/**
 * The documented JSON messages: producers and viewers, in any mixture, on one connection. A message that is wrong is answered by
 * `error` and changes nothing; only what somebody else could not tell from an attack on the server ends a connection
 * (too large a message, no credentials in time).
 */
export class JsonDialect implements Dialect {
  /** A peer that says nothing wants the lines of the task in its address. */
  readonly hasBegun = true;
  /** One that is busy with the lines it has read answers no ping meanwhile: ten minutes, where others have 50 s. */
  readonly patience = 12;
  readonly #socket: TextSocket;
  readonly #inflow: Inflow;
  readonly #subscriptions: Subscriptions;
  readonly #publisher: Publisher;
  /** By task. */
  readonly #relays = new Map<string, InputRelay>();

  constructor(
    private readonly connection: Connection,
    private readonly parts: JsonParts,
  ) {
    const tell = (message: string) => this.#tell(message);
    const { follow, slices, actions, work, pace } = parts;
    this.#inflow = new Inflow(connection);
    this.#socket = new TextSocket(connection, () => this.#subscriptions.advanced());
    const onFailed = (taskId: string, error: unknown) => this.#refuse(error, { taskId });
    this.#subscriptions = new Subscriptions({ follow, slices, socket: this.#socket, tell, onFailed });
    this.#publisher = new Publisher({
      actions,
      work,
      tell,
      inflow: this.#inflow,
      pace: (identity, count) => pace(identity, connection.address, count),
      refuse: (error, about) => this.#refuse(error, about),
      isGone: () => !connection.isOpen,
    });
    this.#followUnasked();
  }

  receive(data: string | Uint8Array): void {
    try {
      const frame = readFrame(data, this.connection.place.taskId);
      if (frame.type === "auth") this.#authenticate(frame.token);
      else this.#act(frame, data.length);
    } catch (error) {
      this.#refuse(error, {});
    }
  }

  /** The peer is taking what it was sent. */
  drained(): void {
    this.connection.heard(performance.now());
    this.#inflow.check();
    this.#subscriptions.advanced();
  }

  ping(): void {
    this.connection.pingSocket();
    if (this.connection.bufferedBytes === 0) this.connection.sendText(outgoing("ping"));
  }

  /** The close code says it; clients of old know no such message. */
  goAway(): void {}

  tell(error: KerutaError): void {
    this.connection.sendText(outgoingError(error));
  }

  /** What it has published goes on to be stored. */
  closed(): void {
    this.#subscriptions.close();
    this.#socket.close();
    for (const relay of this.#relays.values()) relay.stop();
  }

  #act(frame: Acting, length: number): void {
    const taskId = "taskId" in frame ? frame.taskId : undefined;
    const { identity } = this.connection;
    demandTextMessage(identity, frame.type, taskId);
    switch (frame.type) {
      case "ping":
        return this.#tell(outgoing("pong", { taskId: this.connection.place.taskId }));
      case "pong":
        return;
      case "subscribe":
        this.#subscriptions.subscribe(frame.taskId, frame.options);
        if (frame.options.events.has("input")) this.#relayInput(identity!, frame.taskId);
        return;
      case "unsubscribe":
        this.#subscriptions.unsubscribe(frame.taskId);
        return this.#tell(outgoing("unsubscribed", { taskId: frame.taskId }));
      case "log":
        this.#subscriptions.leaveUnasked();
        return this.#publisher.log(identity!, frame.taskId, frame.line, length);
      case "logs":
        this.#subscriptions.leaveUnasked();
        return this.#publisher.logs(identity!, frame.taskId, frame, length);
      case "status":
        this.#subscriptions.leaveUnasked();
        this.#publisher.status(identity!, frame.taskId, frame.change, length);
        return this.#relayInput(identity!, frame.taskId);
      case "input":
        return this.#sendInput(identity!, frame);
      case "cancel":
        return this.#cancel(identity!, frame);
    }
  }

  #authenticate(token: string): void {
    this.connection.authenticate(token).then(
      ({ name, role }) => {
        this.#tell(outgoing("authenticated", { name, role }));
        this.#followUnasked();
      },
      (error) => this.#refuse(error, {}),
    );
  }

  #followUnasked(): void {
    const { identity, place } = this.connection;
    if (identity === undefined || place.taskId === undefined || !may(identity, "read", place.taskId)) return;
    this.#subscriptions.followUnasked(place.taskId);
  }

  #sendInput({ name }: Identity, { taskId, request }: Extract<Frame, { type: "input" }>): void {
    const sent = this.parts.actions.sendInput(taskId, newInput(request, name));
    sent.catch((error) => this.#refuse(error, { taskId }));
  }

  #cancel(identity: Identity, { taskId, reason }: Extract<Frame, { type: "cancel" }>): void {
    const cancelled = this.parts.actions.cancel(identity, taskId, reason);
    cancelled.catch((error) => this.#refuse(error, { taskId }));
  }

  /** Who says how a task stands is its agent, and gets what is written to its script. */
  #relayInput(identity: Identity, taskId: string): void {
    if (this.#relays.has(taskId) || !may(identity, "input.take", taskId)) return;
    const relay = new InputRelay(
      () => this.parts.actions.takeInput(taskId),
      ({ text: input, eof, by }) => this.#tell(outgoing("input", { taskId, input, eof, by })),
      (error) => this.#refuse(error, { taskId }),
    );
    this.#relays.set(taskId, relay);
  }

  #tell(message: string): void {
    this.connection.sendText(message);
    this.#inflow.check();
  }

  /** Nothing that goes wrong for one message ends the connection. */
  #refuse(error: unknown, about: Readonly<Record<string, unknown>>): void {
    const known = error instanceof KerutaError ? error : this.#ourFault(error);
    this.parts.refused(known.code);
    if (this.connection.isOpen) return this.#tell(outgoingError(known, about));
    if ("lostLines" in about)
      this.parts.logger.error({ err: known, ...about }, "lines of a producer that has gone are lost");
  }

  #ourFault(error: unknown): KerutaError {
    this.parts.logger.error({ err: error }, "a message could not be dealt with by a fault of the server");
    return new KerutaError("INTERNAL_SERVER_ERROR", "the server made a mistake; see its log");
  }
}
