import { bounds } from "./bounds.ts";
import type { Connection } from "./connection.ts";
import type { Spool, SpooledChunk } from "./spool.ts";

/** What happens to chunks on their way; for those who count. */
export interface DeliveryObserver {
  sent(chunk: SpooledChunk): void;
  /** Everything up to here is durable. */
  acknowledged(sequence: number): void;
  /** What was sent and not acknowledged will be sent again. */
  goingBack(): void;
}

export interface ChunkSenderOptions {
  readonly spool: Spool;
  /** The spool cannot be read. */
  readonly onUnreadable: (reason: string) => void;
  /** Every chunk of the spool has been sent, on this connection. */
  readonly onAllSent: () => void;
  readonly observer?: DeliveryObserver | undefined;
}

/**
 * Sends a spool's chunks over one connection after another, never more unacknowledged than the server's window
 * allows, and frees in the spool what is acknowledged. Nothing is sent before `begin` or after `halt`.
 */
export class ChunkSender {
  #connection: Connection | undefined;
  #windowBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #inFlight: { readonly lastSequence: number; readonly bytes: number }[] = [];
  #inFlightBytes = 0;
  /** Taken from the spool, but over the window. */
  #held: SpooledChunk | undefined;
  #progressAt = 0;
  #invalidSequence = 0;

  constructor(private readonly options: ChunkSenderOptions) {}

  get hasChunksInFlight(): boolean {
    return this.#inFlight.length > 0;
  }

  /** When the server last said something that counts, or something was sent after a rest. */
  get progressAt(): number {
    return this.#progressAt;
  }

  /** The connection has been welcomed; the line after `head` is the next to be sent. */
  begin(connection: Connection, windowBytes: number, head: number): void {
    this.#connection = connection;
    this.#windowBytes = windowBytes;
    this.goOnAfter(head);
  }

  halt(): void {
    this.#connection = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Nothing is on the way any more. */
  goOnAfter(head: number): void {
    this.#inFlight = [];
    this.#inFlightBytes = 0;
    this.#held = undefined;
    this.options.spool.resumeAfter(head);
    this.options.observer?.goingBack();
  }

  /** Sends what may be sent now. */
  pump(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    while (this.#inFlight.length < bounds.maxChunksInFlight) {
      if (connection.bufferedBytes > bounds.socketBufferBytes) return this.#pumpSoon();
      const chunk = this.#held ?? this.#takeNext();
      if (chunk === undefined) {
        if (this.#connection !== undefined) this.options.onAllSent();
        return;
      }
      const fits =
        this.#inFlightBytes + chunk.frame.length <= this.#windowBytes || this.#inFlight.length === 0;
      this.#held = fits ? undefined : chunk;
      if (!fits) return;
      this.#send(connection, chunk);
    }
  }

  /** No event says that the socket's buffer has room again. */
  #pumpSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.pump();
    }, bounds.socketBufferPollMs);
  }

  /** A spool that cannot be read is the log's trouble, never the script's. */
  #takeNext(): SpooledChunk | undefined {
    try {
      return this.options.spool.next();
    } catch (cause) {
      this.options.onUnreadable((cause as Error).message);
      return undefined;
    }
  }

  #send(connection: Connection, chunk: SpooledChunk): void {
    const { frame, lastSequence } = chunk;
    if (this.#inFlight.length === 0) this.#progressAt = Date.now();
    this.#inFlight.push({ lastSequence, bytes: frame.length });
    this.#inFlightBytes += frame.length;
    this.options.observer?.sent(chunk);
    connection.send({ type: "chunk", chunk: frame as Uint8Array<ArrayBuffer> });
  }

  acknowledge(sequence: number): void {
    this.#progressAt = Date.now();
    // What is acknowledged is gone from the spool, sent by us or not.
    if (this.#held !== undefined && this.#held.lastSequence <= sequence) this.#held = undefined;
    this.options.spool.acknowledge(sequence);
    let count = 0;
    for (; count < this.#inFlight.length && this.#inFlight[count]!.lastSequence <= sequence; count++)
      this.#inFlightBytes -= this.#inFlight[count]!.bytes;
    this.#inFlight.splice(0, count);
    this.options.observer?.acknowledged(sequence);
    this.pump();
  }

  /**
   * The oldest chunk on the way was found to be damaged. Says whether it was before: damage on the way goes away when
   * the chunk is sent again, damage in the spool does not.
   */
  wasDamagedBefore(): boolean {
    const sequence = this.#inFlight[0]?.lastSequence ?? -1;
    const repeated = this.#invalidSequence === sequence;
    this.#invalidSequence = sequence;
    return repeated;
  }
}
