import {
  type ClientMessage,
  type ErrorCode,
  encodeMessage,
  KerutaError,
  type ServerMessage,
} from "@keruta/protocol";
import type { ServerWebSocket } from "bun";
import type { Identity } from "./identity.ts";
import type { Logger } from "./logger.ts";
import type { Observer } from "./observer.ts";
import { maxUnidentifiedMessageBytes } from "./request-limits.ts";

/**
 * How a peer is spoken with: in native messages (`NativeDialect`) or in JSON text. One is begun as soon as the socket
 * is open, and lasts as long.
 */
export interface Dialect {
  /** The peer has said what it wants. A connection where it has not is closed after `helloTimeoutMs`. */
  readonly hasBegun: boolean;
  /** How many times `silenceTimeoutMs` the peer may be silent before it is taken for dead. */
  readonly patience: number;
  /** Messages in the order of arrival. What it throws ends the connection with that error. */
  receive(data: string | Uint8Array): void;
  /** The socket took what it had been holding. A hint: ask `bufferedBytes`. */
  drained(): void;
  ping(): void;
  /** The server is going away; the peer should come back after so long. */
  goAway(reason: string, retryAfterMs: number): void;
  /** Says why the connection is about to be closed. */
  tell(error: KerutaError): void;
  /** Called once, however the connection ended. */
  closed(): void;
}

/** Called when the socket is open: `connection.identity` is set where the handshake said who it is. */
export type BeginDialect = (connection: Connection) => Dialect;

/** What a native connection turns into once its peer has said what it is. */
export interface Session {
  /** Messages in the order of arrival. What it throws ends the connection with that error. */
  receive(message: ClientMessage): void;
  /** The socket took what it had been holding. A hint: ask `bufferedBytes`. */
  drained(): void;
  /** Called once, however the connection ended. */
  closed(): void;
}

/** The first message decides: an agent or a viewer. Throws where it may be neither. */
export type BeginSession = (connection: Connection, first: ClientMessage) => Session;

/** Where a socket was opened. */
export interface SocketPlace {
  /** Absent: each message names its own. */
  readonly taskId: string | undefined;
  /** It is for the status of all tasks. */
  readonly isStatus?: boolean;
}

export interface SocketData {
  readonly place: SocketPlace;
  /** Of the peer, which can be a proxy. */
  readonly address: string;
  readonly begin: BeginDialect;
  /** Undefined: it has yet to say who it is, by `Connection.authenticate`. */
  readonly identity: Identity | undefined;
  /** Why it is closed as soon as it is open: a browser can read a close code, but not the status of a handshake. */
  readonly refusal?: KerutaError;
  connection?: Connection;
}

export interface ConnectionParts {
  /** Throws UNAUTHORIZED. */
  readonly identifyToken: (token: string) => Promise<Identity>;
  readonly logger: Logger;
  readonly observer: Pick<Observer, "refused">;
}

/** A WebSocket close reason may have 123 bytes. */
const maxReasonLength = 120;

/** One WebSocket: bytes in and out, errors, liveness, and who is at the other end. Knows nothing of messages. */
export class Connection {
  lastHeardMs: number;
  lastPingMs: number;
  #identity: Identity | undefined;
  #dialect: Dialect | undefined;
  #isOpen = true;
  #isResting = false;
  /** What arrives while a token is being checked: it is for whoever the token names. */
  #held: string[] | undefined;

  constructor(
    private readonly socket: ServerWebSocket<SocketData>,
    private readonly parts: ConnectionParts,
    readonly openedMs: number,
  ) {
    this.lastHeardMs = openedMs;
    this.lastPingMs = openedMs;
    this.#identity = socket.data.identity;
    this.#dialect = socket.data.begin(this);
    if (socket.data.refusal !== undefined) this.fail(socket.data.refusal);
  }

  get place(): SocketPlace {
    return this.socket.data.place;
  }

  get address(): string {
    return this.socket.data.address;
  }

  /** Undefined: whoever it is has not said so, and may do nothing but say it. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The peer has said who it is and what it wants. */
  get hasBegun(): boolean {
    return this.#identity !== undefined && this.#dialect?.hasBegun === true;
  }

  get patience(): number {
    return this.#dialect?.patience ?? 1;
  }

  get bufferedBytes(): number {
    return this.socket.getBufferedAmount();
  }

  /** For native peers only. */
  send(message: ServerMessage): void {
    this.sendBytes(encodeMessage(message));
  }

  /**
   * Whatever is sent arrives, or the connection ends: a socket that drops a message (0) has lost a line, so it is
   * closed and the peer resumes.
   */
  sendBytes(message: Uint8Array): void {
    if (this.#isOpen && this.socket.send(message) === 0) this.drop();
  }

  /** As `sendBytes`, as a text message. */
  sendText(message: string): void {
    if (this.#isOpen && this.socket.send(message) === 0) this.drop();
  }

  /** Each as `sendText`, all of them in as few writes as there can be. */
  sendTexts(messages: readonly string[]): void {
    if (!this.#isOpen) return;
    this.socket.cork(() => {
      for (const message of messages) this.sendText(message);
    });
  }

  /**
   * Makes whoever the token names the one at the other end, now or anew. Text that arrives meanwhile is received after
   * this has resolved. Throws UNAUTHORIZED, and changes nothing.
   */
  async authenticate(token: string): Promise<Identity> {
    this.#held ??= [];
    try {
      this.#identity = await this.parts.identifyToken(token);
      return this.#identity;
    } finally {
      // Not a microtask: that would run before whoever awaits this.
      setImmediate(() => this.#receiveHeld());
    }
  }

  /** Nothing is read from it for a while, so it cannot be heard. */
  get isResting(): boolean {
    return this.#isResting;
  }

  /**
   * Reads nothing for so long, so that a peer that sends too fast has to wait: what it sends stays with it. Absent: until
   * `wake`.
   */
  rest(ms?: number): void {
    if ((ms ?? 1) <= 0 || this.#isResting || !this.#isOpen) return;
    this.#isResting = true;
    this.socket.pause();
    if (ms !== undefined) setTimeout(() => this.wake(), ms);
  }

  wake(): void {
    if (!this.#isResting) return;
    this.#isResting = false;
    if (!this.#isOpen) return;
    this.heard(performance.now());
    this.socket.resume();
  }

  heard(nowMs: number): void {
    this.lastHeardMs = nowMs;
  }

  receive(data: string | Uint8Array, nowMs: number): void {
    this.heard(nowMs);
    if (this.#identity === undefined && data.length > maxUnidentifiedMessageBytes) return this.#tooLong();
    if (this.#held !== undefined && typeof data === "string") this.#hold(this.#held, data);
    else this.#pass(data);
  }

  drained(): void {
    if (this.#isOpen) this.#dialect?.drained();
  }

  ping(nowMs: number): void {
    this.lastPingMs = nowMs;
    if (this.#isOpen) this.#dialect?.ping();
  }

  /** For peers that know no `ping` message, or do not answer it: their WebSocket answers this one by itself. */
  pingSocket(): void {
    if (this.#isOpen) this.socket.ping();
  }

  goAway(reason: string, retryAfterMs: number): void {
    if (this.#isOpen) this.#dialect?.goAway(reason, retryAfterMs);
  }

  /** Tells the peer why and ends the connection. */
  fail(error: unknown): void {
    if (!this.#isOpen) return;
    const known = error instanceof KerutaError ? error : this.#ourFault(error);
    this.refused(known.code);
    this.#dialect?.tell(known);
    this.close(known.kind.close, known.code);
  }

  /** To be called for every error the peer is told, also where the connection goes on. */
  refused(code: ErrorCode): void {
    this.parts.observer.refused(code);
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // The peer's answer has to be read.
    if (this.#isResting) this.socket.resume();
    this.socket.close(code, reason.slice(0, maxReasonLength));
  }

  /** For a peer that does not answer any more. */
  drop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.socket.terminate();
  }

  closed(): void {
    this.#isOpen = false;
    const dialect = this.#dialect;
    this.#dialect = undefined;
    dialect?.closed();
  }

  #pass(data: string | Uint8Array): void {
    if (!this.#isOpen) return;
    try {
      this.#dialect?.receive(data);
    } catch (error) {
      this.fail(error);
    }
  }

  #hold(held: string[], text: string): void {
    held.push(text);
    const length = held.reduce((sum, { length }) => sum + length, 0);
    if (length > maxUnidentifiedMessageBytes) this.#tooLong();
  }

  #tooLong(): void {
    this.fail(new KerutaError("PAYLOAD_TOO_LARGE", "too much was sent before it was known by whom"));
  }

  #receiveHeld(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const text of held) {
      // One of them was another token: the rest is for whoever that one names.
      if (this.#held !== undefined) this.#hold(this.#held, text);
      else this.#pass(text);
    }
  }

  #ourFault(error: unknown): KerutaError {
    this.parts.logger.error({ err: error }, "a connection was ended by a fault of the server");
    return new KerutaError("INTERNAL_SERVER_ERROR", "the server made a mistake; see its log");
  }
}
