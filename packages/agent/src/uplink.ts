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
import { ChunkSender, type DeliveryObserver } from "./chunk-sender.ts";
import { Connection, type TlsOptions } from "./connection.ts";
import type { Spool } from "./spool.ts";

export type InputMessage = Extract<ServerMessage, { type: "input" }>;
export type CancelMessage = Extract<ServerMessage, { type: "cancel" }>;

/** What is done about what the server says. Nothing of it is needed for delivering. */
export interface UplinkListeners {
  /** A connection has been welcomed: what is not in the spool must be said again. */
  readonly onWelcome?: () => void;
  /** False: it cannot be kept now. The connection is ended then, so that it comes again on the next. */
  readonly onInput?: (message: InputMessage) => boolean;
  readonly onCancel?: (message: CancelMessage) => void;
  /** So many connections in a row have failed; trying goes on. Called once until one is welcomed. */
  readonly onUnreachable?: (failedAttempts: number, lastTrouble: string) => void;
  /** The first welcome after `onUnreachable`. */
  readonly onReachable?: () => void;
  readonly observer?: DeliveryObserver;
}

export interface UplinkOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly connectTimeoutMs: number;
  readonly reconnectMaxMs: number;
  /** After so many connections in a row that failed the server counts as unreachable. */
  readonly unhealthyAfterAttempts: number;
  readonly hello: Omit<Hello, "type" | "protocol" | "claim">;
  readonly spool: Spool;
  readonly listeners?: UplinkListeners;
}

/** How an uplink ended: everything is durable, or it must not try again (a sentence says why). */
export type UplinkOutcome =
  | { readonly kind: "ended" }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Delivers a spool to the server: connects, goes on after the last durable line, and keeps trying with
 * growing pauses until everything is acknowledged or the server says that asking again cannot help.
 * It never makes the spool's writer wait.
 */
export class Uplink {
  readonly outcome: Promise<UplinkOutcome>;
  readonly #resolve: (outcome: UplinkOutcome) => void;
  readonly #listeners: UplinkListeners;
  readonly #backoff: Backoff;
  readonly #sender: ChunkSender;
  #connection: Connection | undefined;
  #welcomedAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #claim: number | undefined;
  #connections = 0;
  #failedAttempts = 0;
  #isUnreachable = false;
  #goawayMs: number | undefined;
  #lastTrouble = "no connection was made";
  #end: Omit<End, "type" | "lastSequence"> | undefined;
  #endSentAt: number | undefined;

  constructor(private readonly options: UplinkOptions) {
    const { promise, resolve } = Promise.withResolvers<UplinkOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#listeners = options.listeners ?? {};
    this.#backoff = new Backoff({
      minMs: bounds.reconnectMinMs,
      maxMs: options.reconnectMaxMs,
      random: Math.random,
    });
    this.#sender = new ChunkSender({
      spool: options.spool,
      onUnreadable: (reason) => this.#settle({ kind: "refused", reason }),
      onAllSent: () => this.#sendEnd(),
      observer: this.#listeners.observer,
    });
  }

  /** What last kept it from delivering, for a person. */
  get lastTrouble(): string {
    return this.#lastTrouble;
  }

  get isConnected(): boolean {
    return this.#welcomedAt !== undefined;
  }

  /** See `unhealthyAfterAttempts`. */
  get isUnreachable(): boolean {
    return this.#isUnreachable;
  }

  /** How often a connection was welcomed after the first. */
  get reconnects(): number {
    return Math.max(0, this.#connections - 1);
  }

  start(): void {
    this.#connect();
  }

  /** There are more chunks in the spool. */
  wake(): void {
    this.#sender.pump();
  }

  /** Says what stands on a source's unfinished line; nobody is told while there is no connection. */
  partial(source: Source, text: string): void {
    if (this.isConnected) this.#connection?.send({ type: "partial", source, text });
  }

  /** Says whether the script waits for input; nobody is told while there is no connection. */
  waiting(waiting: boolean): void {
    if (this.isConnected) this.#connection?.send({ type: "waiting", waiting });
  }

  /** Answers an input. Where there is no connection it comes again on the next, and is answered then. */
  inputTaken(id: number, refused?: string): void {
    if (!this.isConnected) return;
    this.#connection?.send({ type: "inputTaken", id, ...(refused === undefined ? {} : { refused }) });
  }

  /** No chunk follows. `outcome` resolves once the server has everything. */
  finish(end: Omit<End, "type" | "lastSequence">): void {
    this.#end = end;
    this.#backoff.reset();
    if (this.#connection === undefined) this.#connect();
    else this.#sender.pump();
  }

  /** Gives up. `outcome` may stay pending. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#sender.halt();
    this.#connection?.close();
    this.#connection = undefined;
    this.#welcomedAt = undefined;
  }

  #connect(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#connection?.abort("the server did not answer"),
      this.options.connectTimeoutMs,
    );
    this.#connection = new Connection(this.options, {
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
        return this.#sender.acknowledge(message.sequence);
      case "resume":
        return this.#resume(message.next);
      case "ended":
        this.options.spool.acknowledge(this.options.spool.head);
        return this.#settle({ kind: "ended" });
      case "input":
        if (this.#listeners.onInput?.(message) === false)
          this.#connection?.abort("the server sent more input than the script has read");
        return;
      case "cancel":
        return this.#listeners.onCancel?.(message);
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
    this.#endSentAt = undefined;
    this.#noteReached();
    this.#sender.begin(this.#connection!, welcome.windowBytes, welcome.head);
    this.#listeners.onWelcome?.();
    this.#sender.pump();
  }

  #noteReached(): void {
    this.#connections++;
    this.#failedAttempts = 0;
    if (!this.#isUnreachable) return;
    this.#isUnreachable = false;
    this.#listeners.onReachable?.();
  }

  #sendEnd(): void {
    if (this.#end === undefined || this.#endSentAt !== undefined) return;
    this.#endSentAt = Date.now();
    this.#connection?.send({ type: "end", lastSequence: this.options.spool.head, ...this.#end });
  }

  /** A chunk was refused. The server says so once, and drops those sent after it without a word. */
  #resume(next: number): void {
    this.#endSentAt = undefined;
    this.#sender.goOnAfter(next - 1);
    this.#sender.pump();
  }

  #checkProgress(): void {
    if (!this.#sender.hasChunksInFlight && this.#endSentAt === undefined) return;
    const progressAt = Math.max(this.#sender.progressAt, this.#endSentAt ?? 0);
    if (Date.now() - progressAt > bounds.acknowledgeTimeoutMs)
      this.#connection?.abort("the server acknowledged nothing for too long");
  }

  #heed(code: string, message: string): void {
    this.#lastTrouble = `${code}: ${message}`;
    const known = errorCodeOf(code);
    if (known === "CHUNK_INVALID" && this.#sender.wasDamagedBefore())
      return this.#settle({
        kind: "refused",
        reason: `the server refused a chunk twice: ${this.#lastTrouble}`,
      });
    if (known !== undefined && errorKinds[known].action === "stop")
      this.#settle({ kind: "refused", reason: this.#lastTrouble });
  }

  #lose(code: number, reason: string): void {
    const lived = this.#welcomedAt === undefined ? undefined : Date.now() - this.#welcomedAt;
    this.#connection = undefined;
    this.#welcomedAt = undefined;
    this.#sender.halt();
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    if (reason !== "") this.#lastTrouble = reason;
    if (isTerminalClose(code))
      return this.#settle({ kind: "refused", reason: `${reason || "refused"} (${code})` });
    if (lived === undefined) this.#noteFailed();
    else if (lived >= bounds.healthyConnectionMs) this.#backoff.reset();
    this.#timer = setTimeout(() => this.#connect(), this.#goawayMs ?? this.#backoff.nextMs());
    this.#goawayMs = undefined;
  }

  #noteFailed(): void {
    this.#failedAttempts++;
    if (this.#isUnreachable || this.#failedAttempts < this.options.unhealthyAfterAttempts) return;
    this.#isUnreachable = true;
    this.#listeners.onUnreachable?.(this.#failedAttempts, this.#lastTrouble);
  }

  #settle(outcome: UplinkOutcome): void {
    this.stop();
    this.#resolve(outcome);
  }
}
