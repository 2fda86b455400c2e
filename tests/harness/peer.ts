import {
  type ClientMessage,
  decodeServerMessage,
  encodeMessage,
  type ServerMessage,
  subprotocol,
} from "@keruta/protocol";
import { within } from "./wait-for.ts";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** One WebSocket that speaks the native protocol, and nothing more: no retry, no memory, no timers. */
export class Peer {
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, take: (message: ServerMessage) => void) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => resolve({ code, reason });
    });
    socket.onmessage = ({ data }) => {
      const message = decodeServerMessage(new Uint8Array(data as ArrayBuffer));
      if (message.type === "ping") this.send({ type: "pong" });
      else take(message);
    };
  }

  static async connect(url: string, task: string, take: (message: ServerMessage) => void): Promise<Peer> {
    const address = `${url.replace(/^http/, "ws")}/ws/tasks/${encodeURIComponent(task)}`;
    const socket = new WebSocket(address, { protocols: [subprotocol] });
    socket.binaryType = "arraybuffer";
    const peer = new Peer(socket, take);
    const opened = new Promise<void>((resolve) => {
      socket.onopen = () => resolve();
    });
    const failed = peer.closed.then(({ code, reason }) => {
      throw new Error(`cannot connect to ${address}: closed with ${code} ${reason}`);
    });
    await within(`a connection to ${address}`, Promise.race([opened, failed]));
    return peer;
  }

  send(message: ClientMessage): void {
    this.sendBytes(encodeMessage(message));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  /** Stops taking bytes from the network, as a frozen reader would. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Gone without a word. */
  terminate(): void {
    this.#socket.terminate();
  }
}
