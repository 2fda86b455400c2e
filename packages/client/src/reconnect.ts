import type { ServerMessage, Subscribe } from "@keruta/protocol";
import { socketAddress } from "./api-url.ts";
import { Backoff } from "./backoff.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import { Connection, Disconnected } from "./connection.ts";
import type { ConnectionEvent } from "./follow-events.ts";
import { type OpenSocket, webSocketOpener } from "./socket.ts";

export interface ReconnectOptions {
  /** Where the server is, as for `Api`. */
  readonly apiUrl: string;
  /** Ends it, quietly. */
  readonly signal?: AbortSignal | undefined;
  readonly openSocket?: OpenSocket | undefined;
  readonly clock?: Clock | undefined;
  /** 0 to 1, as Math.random. */
  readonly random?: (() => number) | undefined;
}

/** What is asked for, and what is made of the answers. It keeps its own place between connections. */
export interface Subscriber<E> {
  /** A task id, or `status`. */
  readonly topic: string;
  /** What to ask for now, from where it has got to. */
  subscription(): Subscribe;
  /** The events in a message; returns true when there is nothing more to come. Throws Disconnected to start over. */
  take(message: ServerMessage, connection: Connection): Generator<E, boolean>;
}

/**
 * Keeps a subscriber connected until it is done, `signal` aborts, or the server says that asking
 * again cannot help (throws KerutaError). Reconnects for ever otherwise, with full-jitter back-off.
 */
export async function* stayConnected<E>(
  options: ReconnectOptions,
  subscriber: Subscriber<E>,
): AsyncGenerator<E | ConnectionEvent, void, void> {
  const { signal, clock = systemClock, openSocket = webSocketOpener(), random = Math.random } = options;
  const url = socketAddress(options.apiUrl, subscriber.topic);
  const backoff = new Backoff(random);
  while (!signal?.aborted) {
    yield { type: "connection", state: "connecting" };
    const connection = new Connection({ url, openSocket, clock }, subscriber.subscription());
    const lost = yield* oneConnection(connection, subscriber, signal);
    if (lost === undefined || signal?.aborted) return;
    if (lost.terminal !== undefined) throw lost.terminal;
    if (connection.wasHealthy) backoff.reset();
    const retryInMs = lost.retryAfterMs + backoff.nextDelayMs();
    yield { type: "connection", state: "waiting", reason: lost.message, retryInMs };
    await sleep(clock, retryInMs, signal);
  }
}

/** Returns why the connection was lost; undefined: the subscriber is done. */
async function* oneConnection<E>(
  connection: Connection,
  subscriber: Subscriber<E>,
  signal: AbortSignal | undefined,
): AsyncGenerator<E | ConnectionEvent, Disconnected | undefined, void> {
  const stop = () => connection.close();
  signal?.addEventListener("abort", stop);
  try {
    for (;;) {
      for (const message of await connection.take()) {
        if (signal?.aborted) return undefined;
        if (message.type === "subscribed") yield { type: "connection", state: "live" };
        if (yield* subscriber.take(message, connection)) return undefined;
      }
    }
  } catch (error) {
    if (error instanceof Disconnected) return error;
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    connection.close();
  }
}
