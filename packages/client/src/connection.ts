import {
  decodeServerMessage,
  type ErrorCode,
  encodeMessage,
  errorCodeOf,
  errorKinds,
  isTerminalClose,
  KerutaError,
  limits,
  type ServerMessage,
  type Subscribe,
  subprotocol,
} from "@keruta/protocol";
import type { Clock } from "./clock.ts";
import { Inbox } from "./inbox.ts";
import type { OpenSocket, Socket } from "./socket.ts";

/** A server that has not answered by then is not there. */
export const connectTimeoutMs = 10_000;

/** Acknowledging each chunk would cost a message a chunk; a quarter of the window keeps the server sending. */
const acknowledgeEveryBytes = limits.viewerWindowBytes / 4;

/** Why a connection is over. `terminal`: connecting again cannot help. */
export class Disconnected extends Error {
  override readonly name = "Disconnected";
  constructor(
    reason: string,
    readonly terminal?: KerutaError | undefined,
    /** What a `goaway` asked for. */
    readonly retryAfterMs = 0,
  ) {
    super(reason);
  }
}

export interface ConnectionOptions {
  readonly url: string;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
}

/**
 * One connection of a viewer. It answers pings and watches for silence by itself, however slow the
 * consumer is, and acknowledges only what the consumer has taken.
 */
export class Connection {
  readonly #inbox = new Inbox();
  readonly #socket: Socket;
  readonly #clock: Clock;
  #cancelWatchdog: () => void;
  #heardAtMs: number;
  #maxSilenceMs = connectTimeoutMs;
  #takenBytes = 0;
  #acknowledgedBytes = 0;
  #retryAfterMs = 0;
  #closed = false;
  /** It has brought lines that fitted, or lasted: the next one need not wait long. */
  wasHealthy = false;

  constructor(options: ConnectionOptions, subscribe: Subscribe) {
    this.#clock = options.clock;
    this.#heardAtMs = this.#clock.now();
    this.#cancelWatchdog = this.#watch(0);
    this.#socket = options.openSocket(options.url, subprotocol, {
      opened: () => this.#socket.send(encodeMessage(subscribe)),
      received: (bytes) => this.#received(bytes),
      closed: (code, reason) => this.#end(closeOf(code, reason, this.#retryAfterMs)),
    });
  }

  /** What has come, in order; waits while there is nothing. Rejects with Disconnected when it is over. */
  take(): Promise<readonly ServerMessage[]> {
    return this.#inbox.take();
  }

  /** A second `subscribe` replaces the first, and the server counts acknowledged bytes anew. */
  subscribe(message: Subscribe): void {
    this.#socket.send(encodeMessage(message));
  }

  /** The server counts from `subscribed` on. */
  beginCount(): void {
    this.#takenBytes = 0;
    this.#acknowledgedBytes = 0;
  }

  /** The consumer has taken a chunk of this size: lets the server send as much again. */
  taken(chunkBytes: number): void {
    this.wasHealthy = true;
    this.#inbox.release(chunkBytes);
    this.#takenBytes += chunkBytes;
    const due = this.#takenBytes - this.#acknowledgedBytes >= acknowledgeEveryBytes;
    if (!due && this.#inbox.hasChunk) return;
    this.#acknowledgedBytes = this.#takenBytes;
    this.#socket.send(encodeMessage({ type: "ack", bytes: this.#takenBytes }));
  }

  close(): void {
    this.#end(new Disconnected("closed"));
  }

  #received(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#heardAtMs = this.#clock.now();
    this.#maxSilenceMs = limits.silenceTimeoutMs;
    try {
      this.#handle(decodeServerMessage(bytes));
    } catch (error) {
      this.#end(new Disconnected((error as Error).message));
    }
  }

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case "ping":
        this.wasHealthy = true;
        this.#socket.send(encodeMessage({ type: "pong" }));
        break;
      case "goaway":
        this.#retryAfterMs = message.retryAfterMs;
        break;
      case "error":
        this.#end(errorOf(message.code, message.message));
        break;
      default:
        this.#inbox.push(message);
    }
  }

  /** Looks again when the silence could be too long, however often something was heard until then. */
  #watch(silentMs: number): () => void {
    return this.#clock.after(this.#maxSilenceMs - silentMs, () => {
      const nowSilentMs = this.#clock.now() - this.#heardAtMs;
      if (nowSilentMs < this.#maxSilenceMs) this.#cancelWatchdog = this.#watch(nowSilentMs);
      else this.#end(new Disconnected(`no answer for ${Math.round(nowSilentMs / 1000)} s`));
    });
  }

  #end(why: Disconnected): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelWatchdog();
    this.#inbox.fail(why);
    this.#socket.close(1000);
  }
}

function errorOf(code: string, message: string): Disconnected {
  const known = errorCodeOf(code);
  const stops = known !== undefined && errorKinds[known].action === "stop";
  return new Disconnected(message, stops ? new KerutaError(known, message) : undefined);
}

function closeOf(closeCode: number, reason: string, retryAfterMs: number): Disconnected {
  const said = reason === "" ? `the connection was closed (${closeCode})` : reason;
  if (!isTerminalClose(closeCode)) return new Disconnected(said, undefined, retryAfterMs);
  const codes = Object.keys(errorKinds) as ErrorCode[];
  const code =
    codes.find((candidate) => errorKinds[candidate].close === closeCode) ?? "INTERNAL_SERVER_ERROR";
  return new Disconnected(said, new KerutaError(code, said));
}
