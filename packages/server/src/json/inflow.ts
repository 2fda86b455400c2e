import type { Connection } from "../connection.ts";

/** What one connection has sent and is not done yet. Past it nothing more is read, so that the peer's sending waits... */
const maxWaitingLength = 2 * 1024 * 1024;
/** ...until this little is left. */
const readOnLength = maxWaitingLength / 2;
/** The same for answers that the peer does not read. */
const maxUnreadBytes = 256 * 1024;

/**
 * Keeps what one peer can have waiting here within bounds, without dropping any of it: what does not fit stays in the
 * peer's own socket.
 */
export class Inflow {
  #waitingLength = 0;

  constructor(private readonly connection: Connection) {}

  begin(length: number): void {
    this.#waitingLength += length;
    this.check();
  }

  done(length: number): void {
    this.#waitingLength -= length;
    this.check();
  }

  /** After something was sent, or was taken by the socket. */
  check(): void {
    const isUnread = this.connection.bufferedBytes > maxUnreadBytes;
    if (this.#waitingLength > maxWaitingLength || isUnread) this.connection.rest();
    else if (this.#waitingLength <= readOnLength) this.connection.wake();
  }
}
