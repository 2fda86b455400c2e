import type { Connection } from "../connection.ts";

/** A viewer is not sent more while its socket holds this much unsent. */
const maxUnsentBytes = 64 * 1024;

/** After so much in one go it is somebody else's turn. */
const maxBytesATurn = 512 * 1024;

/** `drain` is a hint that does not always come: whoever waits looks again after this long. */
const lookAgainMs = 100;

/**
 * Lets viewers write to a socket as fast as its peer reads, without an acknowledgement, and with others in between. Who has more to write than
 * there is room for is called by `onRoom`, however the room came about.
 */
export class TextSocket {
  #bytesThisTurn = 0;
  #isTurnAwaited = false;
  #nextTurn: ReturnType<typeof setImmediate> | undefined;
  #timer: Timer | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly onRoom: () => void,
  ) {}

  /** Whoever finds no room is called by `onRoom` later. */
  get hasRoom(): boolean {
    if (!this.connection.isOpen) return false;
    if (this.connection.bufferedBytes > maxUnsentBytes) return this.#lookAgain();
    if (this.#bytesThisTurn >= maxBytesATurn) this.#isTurnAwaited = true;
    return !this.#isTurnAwaited;
  }

  send(messages: readonly string[], length: number): void {
    this.#bytesThisTurn += length;
    this.#nextTurn ??= setImmediate(() => this.#beginTurn());
    this.connection.sendTexts(messages);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#nextTurn);
  }

  #lookAgain(): false {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.onRoom();
    }, lookAgainMs);
    return false;
  }

  #beginTurn(): void {
    const isAwaited = this.#isTurnAwaited;
    this.#nextTurn = undefined;
    this.#bytesThisTurn = 0;
    this.#isTurnAwaited = false;
    if (isAwaited) this.onRoom();
  }
}
