import {
  type End,
  errorCodeOf,
  errorKinds,
  type Hello,
  isTerminalClose,
  protocolVersion,
  type ServerMessage,
  type Source,
} from "@keruta/protocol";
import { Backoff } from "./backoff.ts";
import { bounds } from "./bounds.ts";
import { Connection } from "./connection.ts";
import type { Spool, SpooledChunk } from "./spool.ts";

export interface UplinkOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly hello: Omit<Hello, "type" | "protocol" | "claim">;
  readonly spool: Spool;
  /** A connection has been welcomed: what is not in the spool must be said again. */
  readonly onWelcome?: () => void;
}

/** How an uplink ended: everything is durable, or it must not try again (a sentence says why). */
export type UplinkOutcome =
  | { readonly kind: "ended" }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Delivers a spool to the server: connects, goes on after the last durable line, and keeps trying with
 * growing pauses until everything is acknowledged or the server says that asking again cannot help.
 * It never reports trouble in between, and never makes the spool's writer wait.
 */
export class Uplink {
  readonly outcome: Promise<UplinkOutcome>;
  readonly #resolve: (outcome: UplinkOutcome) => void;
  readonly #backoff = new Backoff({
    minMs: bounds.reconnectMinMs,
    maxMs: bounds.reconnectMaxMs,
    random: Math.random,
  });
  #connection: Connection | undefined;
  #welcomedAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pumpTimer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #claim: number | undefined;
  #windowBytes = 0;
  #inFlight: { readonly lastSequence: number; readonly bytes: number }[] = [];
  #inFlightBytes = 0;
  #progressAt = 0;
  /** Taken from the spool, but over the window. */
  #held: SpooledChunk | undefined;
  #invalidSequence = 0;
  #goawayMs: number | undefined;
  #lastTrouble = "no connection was made";
  #end: Omit<End, "type" | "lastSequence"> | undefined;
  #endSent = false;

  constructor(private readonly options: UplinkOptions) {
    const { promise, resolve } = Promise.withResolvers<UplinkOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
  }

  /** What last kept it from delivering, for a person. */
  get lastTrouble(): string {
    return this.#lastTrouble;
  }

  start(): void {
    this.#connect();
  }

  /** There are more chunks in the spool. */
  wake(): void {
    this.#pump();
  }

  /** Says what stands on a source's unfinished line; nobody is told while there is no connection. */
  partial(source: Source, text: string): void {
    if (this.#welcomedAt !== undefined) this.#connection?.send({ type: "partial", source, text });
  }

  /** No chunk follows. `outcome` resolves once the server has everything. */
  finish(end: Omit<End, "type" | "lastSequence">): void {
    this.#end = end;
    this.#backoff.reset();
    if (this.#connection === undefined) this.#connect();
    else this.#pump();
  }

  /** Gives up. `outcome` may stay pending. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#pumpTimer);
    this.#connection?.close();
    this.#connection = undefined;
  }

  #connect(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#connection?.abort("the server did not answer"),
      bounds.welcomeTimeoutMs,
    );
    this.#connection = new Connection(this.options.url, this.options.headers, {
      opened: () => this.#greet(),
      received: (message) => this.#receive(message),
      closed: (code, reason) => this.#lose(code, reason),
    });
  }

  #greet(): void {
    const claim = this.#claim === undefined ? {} : { claim: this.#claim };
    this.#connection?.send({ type: "hello", protocol: protocolVersion, ...this.options.hello, ...claim });
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        return this.#begin(message);
      case "ack":
        return this.#acknowledge(message.sequence);
      case "resume":
        return this.#resume(message.next);
      case "ended":
        this.options.spool.acknowledge(this.options.spool.head);
        return this.#settle({ kind: "ended" });
      case "goaway":
        this.#goawayMs = message.retryAfterMs;
        this.#lastTrouble = message.reason;
        return;
      case "error":
        return this.#heed(message.code, message.message);
      default:
        return; // For viewers.
    }
  }

  #begin(welcome: Extract<ServerMessage, { type: "welcome" }>): void {
    clearTimeout(this.#timer);
    this.#timer = setInterval(() => this.#checkProgress(), bounds.acknowledgeTimeoutMs / 4);
    this.#welcomedAt = Date.now();
    this.#claim = welcome.claim;
    this.#windowBytes = welcome.windowBytes;
    this.#endSent = false;
    this.#goOnAfter(welcome.head);
    this.options.onWelcome?.();
    this.#pump();
  }

  /** Nothing is on the way any more; the line after `head` is the next to be sent. */
  #goOnAfter(head: number): void {
    this.#inFlight = [];
    this.#inFlightBytes = 0;
    this.#held = undefined;
    this.options.spool.resumeAfter(head);
  }

  #pump(): void {
    if (this.#welcomedAt === undefined) return;
    while (this.#inFlight.length < bounds.maxChunksInFlight) {
      if (this.#connection!.bufferedBytes > bounds.socketBufferBytes) return this.#pumpSoon();
      const chunk = this.#held ?? this.#takeNext();
      if (chunk === undefined) return this.#sendEnd();
      const fits =
        this.#inFlightBytes + chunk.frame.length <= this.#windowBytes || this.#inFlight.length === 0;
      this.#held = fits ? undefined : chunk;
      if (!fits) return;
      this.#sendChunk(chunk);
    }
  }

  /** No event says that the socket's buffer has room again. */
  #pumpSoon(): void {
    this.#pumpTimer ??= setTimeout(() => {
      this.#pumpTimer = undefined;
      this.#pump();
    }, bounds.socketBufferPollMs);
  }

  /** A spool that cannot be read is the log's trouble, never the script's. */
  #takeNext(): SpooledChunk | undefined {
    try {
      return this.options.spool.next();
    } catch (cause) {
      this.#settle({ kind: "refused", reason: (cause as Error).message });
      return undefined;
    }
  }

  #sendChunk({ frame, lastSequence }: SpooledChunk): void {
    if (this.#inFlight.length === 0) this.#progressAt = Date.now();
    this.#inFlight.push({ lastSequence, bytes: frame.length });
    this.#inFlightBytes += frame.length;
    this.#connection!.send({ type: "chunk", chunk: frame as Uint8Array<ArrayBuffer> });
  }

  #sendEnd(): void {
    if (this.#stopped || this.#end === undefined || this.#endSent) return;
    this.#endSent = true;
    this.#progressAt = Date.now();
    this.#connection!.send({ type: "end", lastSequence: this.options.spool.head, ...this.#end });
  }

  #acknowledge(sequence: number): void {
    this.#progressAt = Date.now();
    // What is acknowledged is gone from the spool, sent by us or not.
    if (this.#held !== undefined && this.#held.lastSequence <= sequence) this.#held = undefined;
    this.options.spool.acknowledge(sequence);
    let count = 0;
    for (; count < this.#inFlight.length && this.#inFlight[count]!.lastSequence <= sequence; count++)
      this.#inFlightBytes -= this.#inFlight[count]!.bytes;
    this.#inFlight.splice(0, count);
    this.#pump();
  }

  /** A chunk was refused. The server says so once, and drops those sent after it without a word. */
  #resume(next: number): void {
    this.#endSent = false;
    this.#goOnAfter(next - 1);
    this.#pump();
  }

  #checkProgress(): void {
    const waits = this.#inFlight.length > 0 || this.#endSent;
    if (waits && Date.now() - this.#progressAt > bounds.acknowledgeTimeoutMs)
      this.#connection?.abort("the server acknowledged nothing for too long");
  }

  #heed(code: string, message: string): void {
    this.#lastTrouble = `${code}: ${message}`;
    const known = errorCodeOf(code);
    if (known === "CHUNK_INVALID" && this.#isRepeated())
      return this.#settle({
        kind: "refused",
        reason: `the server refused a chunk twice: ${this.#lastTrouble}`,
      });
    if (known !== undefined && errorKinds[known].action === "stop")
      this.#settle({ kind: "refused", reason: this.#lastTrouble });
  }

  /** Damage on the way goes away when the chunk is sent again; damage in the spool does not. */
  #isRepeated(): boolean {
    const sequence = this.#inFlight[0]?.lastSequence ?? -1;
    const repeated = this.#invalidSequence === sequence;
    this.#invalidSequence = sequence;
    return repeated;
  }

  #lose(code: number, reason: string): void {
    const lived = this.#welcomedAt === undefined ? 0 : Date.now() - this.#welcomedAt;
    this.#connection = undefined;
    this.#welcomedAt = undefined;
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    if (reason !== "") this.#lastTrouble = reason;
    if (isTerminalClose(code))
      return this.#settle({ kind: "refused", reason: `${reason || "refused"} (${code})` });
    if (lived >= bounds.healthyConnectionMs) this.#backoff.reset();
    this.#timer = setTimeout(() => this.#connect(), this.#goawayMs ?? this.#backoff.nextMs());
    this.#goawayMs = undefined;
  }

  #settle(outcome: UplinkOutcome): void {
    this.stop();
    this.#welcomedAt = undefined;
    this.#resolve(outcome);
  }
}
