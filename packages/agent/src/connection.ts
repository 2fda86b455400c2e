import {
  type ClientMessage,
  decodeServerMessage,
  encodeMessage,
  limits,
  releaseBytes,
  type ServerMessage,
  subprotocol,
} from "@keruta/protocol";

/** How a server's certificate is looked at. */
export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  /** PEM; absent: the system's authorities. */
  readonly ca?: string;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly silenceTimeoutMs?: number;
}

export interface ConnectionHandlers {
  opened(): void;
  received(message: ServerMessage): void;
  /** Called once; nothing is called after it. */
  closed(code: number, reason: string): void;
}

/**
 * One WebSocket connection to the server. A message that cannot be understood, and silence for
 * `silenceTimeoutMs`, end it like any other loss of the connection.
 */
export class Connection {
  readonly #socket: WebSocket;
  readonly #watchdog: ReturnType<typeof setInterval>;
  #heardAt = Date.now();
  #closed = false;

  constructor(
    { url, headers, tls, silenceTimeoutMs = limits.silenceTimeoutMs }: ConnectionOptions,
    private readonly handlers: ConnectionHandlers,
  ) {
    this.#socket = new WebSocket(url, {
      headers,
      protocols: [subprotocol],
      perMessageDeflate: false,
      ...(url.startsWith("wss:") ? { tls } : {}),
    });
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#closed || this.handlers.opened();
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = (event) => this.#finish(event.code, event.reason);
    this.#socket.onerror = (event) => this.#finish(1006, (event as ErrorEvent).message ?? "");
    this.#watchdog = setInterval(() => {
      if (Date.now() - this.#heardAt > silenceTimeoutMs)
        this.abort("the server has been silent for too long");
    }, silenceTimeoutMs / 10);
  }

  /** Bytes the kernel has not taken yet. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: ClientMessage): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const bytes = encodeMessage(message);
    this.#socket.send(bytes);
    // The socket has written or copied it.
    releaseBytes(bytes);
  }

  #receive(data: unknown): void {
    this.#heardAt = Date.now();
    if (this.#closed) return;
    let message: ServerMessage;
    try {
      message = decodeServerMessage(new Uint8Array(data as ArrayBuffer));
    } catch (cause) {
      return this.abort((cause as Error).message);
    }
    if (message.type === "ping") this.send({ type: "pong" });
    else this.handlers.received(message);
  }

  /** Ends it after what was sent has gone out. `closed` is not called. */
  close(): void {
    this.#end();
    this.#socket.close(1000);
  }

  /** Ends it now; `closed` is called. */
  abort(reason: string): void {
    this.#finish(1006, reason);
    this.#socket.terminate();
  }

  #finish(code: number, reason: string): void {
    if (this.#closed) return;
    this.#end();
    this.handlers.closed(code, reason);
  }

  #end(): void {
    this.#closed = true;
    clearInterval(this.#watchdog);
  }
}
