/** What happens on a socket. After `closed` nothing more is called. */
export interface SocketEvents {
  opened(): void;
  /** One binary message. */
  received(bytes: Uint8Array): void;
  closed(code: number, reason: string): void;
}

export interface Socket {
  send(bytes: Uint8Array): void;
  /** Idempotent. `closed` may come much later: a dead peer does not answer. */
  close(code: number): void;
}

/** Begins to connect. Never throws: what goes wrong is told by `closed`. */
export type OpenSocket = (url: string, subprotocol: string, events: SocketEvents) => Socket;

/** What only some environments' WebSockets take: Bun's does, a browser's does not. */
export interface SocketOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: { readonly ca?: string; readonly rejectUnauthorized?: boolean };
}

/** The environment's own WebSocket. */
export function webSocketOpener(options: SocketOptions = {}): OpenSocket {
  return (url, subprotocol, events) => {
    const own = Object.keys(options).length > 0;
    const socket = own
      ? new WebSocket(url, { protocols: [subprotocol], ...options } as unknown as string[])
      : new WebSocket(url, [subprotocol]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened();
    socket.onmessage = (event: { data: unknown }) => {
      if (event.data instanceof ArrayBuffer) events.received(new Uint8Array(event.data));
    };
    // `error` says nothing that the `close` after it does not say.
    socket.onerror = () => undefined;
    socket.onclose = (event: { code: number; reason: string }) => events.closed(event.code, event.reason);
    return {
      send(bytes) {
        if (socket.readyState === socket.OPEN) socket.send(bytes as Uint8Array<ArrayBuffer>);
      },
      close: (code) => socket.close(code),
    };
  };
}
