import {
  type ClientMessage,
  decodeClientMessage,
  encodeMessage,
  KerutaError,
  type ServerMessage,
} from "@keruta/protocol";
import type { ServerWebSocket } from "bun";
import type { Logger } from "./logger.ts";

/** What a connection turns into once its peer has said what it is. */
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

/** Where a socket was opened: one task, or the status of all (`taskId` absent). */
export interface SocketPlace {
  readonly taskId: string | undefined;
}

export interface SocketData {
  readonly place: SocketPlace;
  connection?: Connection;
}

/** A WebSocket close reason may have 123 bytes. */
const maxReasonLength = 120;

/** One WebSocket: messages in and out, errors, liveness. Knows nothing of agents and viewers. */
export class Connection {
  lastHeardMs: number;
  lastPingMs: number;
  #session: Session | undefined;
  #isOpen = true;

  constructor(
    private readonly socket: ServerWebSocket<SocketData>,
    private readonly begin: BeginSession,
    private readonly logger: Logger,
    readonly openedMs: number,
  ) {
    this.lastHeardMs = openedMs;
    this.lastPingMs = openedMs;
  }

  get place(): SocketPlace {
    return this.socket.data.place;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The peer has said what it is. */
  get hasBegun(): boolean {
    return this.#session !== undefined;
  }

  get bufferedBytes(): number {
    return this.socket.getBufferedAmount();
  }

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

  receive(data: string | Uint8Array, nowMs: number): void {
    if (!this.#isOpen) return;
    this.lastHeardMs = nowMs;
    try {
      const message = decode(data);
      if (message.type === "pong") return;
      this.#session ??= this.begin(this, message);
      this.#session.receive(message);
    } catch (error) {
      this.fail(error);
    }
  }

  drained(): void {
    if (this.#isOpen) this.#session?.drained();
  }

  /** Tells the peer why and ends the connection. */
  fail(error: unknown): void {
    if (!this.#isOpen) return;
    const known = error instanceof KerutaError ? error : this.#ourFault(error);
    this.send({ type: "error", code: known.code, message: known.message });
    this.close(known.kind.close, known.code);
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
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
    const session = this.#session;
    this.#session = undefined;
    session?.closed();
  }

  #ourFault(error: unknown): KerutaError {
    this.logger.error({ err: error }, "a connection was ended by a fault of the server");
    return new KerutaError("INTERNAL_SERVER_ERROR", "the server made a mistake; see its log");
  }
}

function decode(data: string | Uint8Array): ClientMessage {
  if (typeof data === "string")
    throw new KerutaError(
      "INVALID_MESSAGE_FORMAT",
      "cannot read the message: text is not spoken on this socket",
    );
  return decodeClientMessage(data);
}
