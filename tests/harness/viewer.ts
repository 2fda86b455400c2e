import { zstdDecompressSync } from "node:zlib";
import {
  type AttemptSummary,
  decodeLines,
  openFrame,
  protocolVersion,
  type ServerMessage,
} from "@keruta/protocol";
import { Peer } from "./peer.ts";
import { ReceivedLog } from "./received-log.ts";
import { within } from "./wait-for.ts";

export interface ViewerOptions {
  readonly attempt?: number;
  /** First line wanted. */
  readonly from?: number;
  /** False: only count and hash, for logs larger than memory should hold. */
  readonly keepLines?: boolean;
}

const reconnectMs = 50;

/**
 * A viewer of one attempt that knows nothing but the wire: it takes every chunk, checks that each line
 * follows the one before, acknowledges, and comes back where it was when the connection breaks.
 */
export class Viewer {
  readonly log: ReceivedLog;
  readonly partials: string[] = [];
  readonly errors: string[] = [];
  /** The last durable line, as told when this viewer subscribed. */
  head: number | undefined;
  readonly #ended = Promise.withResolvers<AttemptSummary>();
  #peer: Peer | undefined;
  #attempt: number | undefined;
  #subscribed = false;
  #takenBytes = 0;
  #isStalled = false;
  #isClosed = false;

  private constructor(
    private readonly url: string,
    private readonly task: string,
    options: ViewerOptions,
  ) {
    this.log = new ReceivedLog(options.keepLines ?? true, options.from ?? 1);
    this.#attempt = options.attempt;
  }

  static async open(url: string, task: string, options: ViewerOptions = {}): Promise<Viewer> {
    const viewer = new Viewer(url, task, options);
    await viewer.connect();
    return viewer;
  }

  /** The attempt's end, once all of its lines were sent. */
  ended(limitMs?: number): Promise<AttemptSummary> {
    return within(`the end of ${this.task} at line ${this.log.next}`, this.#ended.promise, limitMs);
  }

  async connect(): Promise<void> {
    this.#isClosed = false;
    const peer = await Peer.connect(this.url, this.task, (message) => {
      if (peer === this.#peer) this.#take(message);
    });
    this.#peer = peer;
    this.#subscribe();
    peer.closed.then(() => {
      if (this.#peer === peer && !this.#isClosed) this.reconnect();
    });
  }

  /** Tries until it is connected again, unless told to leave meanwhile. */
  async reconnect(): Promise<void> {
    this.#isClosed = false;
    for (let isBack = false; !this.#isClosed && !isBack; ) {
      await Bun.sleep(reconnectMs);
      if (!this.#isClosed) isBack = await this.#tryToConnect();
    }
  }

  /** Leaves without a word; `connect` comes back and goes on at the next line. */
  disconnect(): void {
    this.#isClosed = true;
    this.#peer?.terminate();
    this.#peer = undefined;
  }

  /** Takes and acknowledges nothing more, with the connection open. */
  stall(): void {
    this.#isStalled = true;
    this.#peer?.pause();
  }

  resume(): void {
    this.#isStalled = false;
    this.#peer?.resume();
    this.#acknowledge();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect();
  }

  #tryToConnect(): Promise<boolean> {
    return this.connect().then(
      () => true,
      () => false,
    );
  }

  #subscribe(): void {
    this.#subscribed = false;
    const attempt = this.#attempt === undefined ? {} : { attempt: this.#attempt };
    this.#peer?.send({ type: "subscribe", protocol: protocolVersion, from: this.log.next, ...attempt });
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case "subscribed":
        this.#attempt = message.attempt?.attempt;
        this.head = message.attempt?.head;
        this.#subscribed = true;
        this.#takenBytes = 0;
        if (message.from !== this.log.next)
          this.log.faults.push(`asked for line ${this.log.next} and was promised ${message.from}`);
        return;
      case "attempt":
        // The task had no attempt when this viewer came: the first one is the one to follow.
        if (this.#subscribed && this.#attempt === undefined) this.#subscribe();
        return;
      case "chunk":
        if (this.#subscribed) this.#takeChunk(message.chunk);
        return;
      case "partial":
        this.partials.push(message.text);
        return;
      case "end":
        this.#isClosed = true;
        this.#ended.resolve(message.summary);
        return;
      case "error":
        this.errors.push(message.code);
        return;
    }
  }

  #takeChunk(bytes: Uint8Array): void {
    const frame = openFrame(bytes);
    const block = decodeLines(frame, (body, maxOutputLength) =>
      zstdDecompressSync(body, { maxOutputLength }),
    );
    // A segment that took the place of chunks meanwhile may begin with lines that came already.
    const early = Math.max(0, this.log.next - frame.header.firstSequence);
    if (early < block.lineCount) this.log.take(block, early);
    else this.log.faults.push(`line ${this.log.next} was due and a chunk came that ends before it`);
    this.#takenBytes += bytes.length;
    this.#acknowledge();
  }

  #acknowledge(): void {
    if (!this.#isStalled && this.#subscribed) this.#peer?.send({ type: "ack", bytes: this.#takenBytes });
  }
}
