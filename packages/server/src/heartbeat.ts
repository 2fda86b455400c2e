import { KerutaError } from "@keruta/protocol";
import type { Tuning } from "./config.ts";
import type { Connection } from "./connection.ts";
import type { Identity } from "./identity.ts";

/** Pings every connection, and ends those that say nothing: one timer for all. */
export class Heartbeat {
  readonly #connections = new Set<Connection>();
  readonly #timer: Timer;

  constructor(
    private readonly tuning: Pick<Tuning, "helloTimeoutMs" | "pingIntervalMs" | "silenceTimeoutMs">,
    private readonly nowMs: () => number,
    private readonly mayGoOn: (identity: Identity) => boolean,
  ) {
    const { helloTimeoutMs, pingIntervalMs, silenceTimeoutMs } = tuning;
    const everyMs = Math.max(1, Math.min(helloTimeoutMs, pingIntervalMs, silenceTimeoutMs) / 4);
    this.#timer = setInterval(() => this.#beat(), everyMs);
  }

  add(connection: Connection): void {
    this.#connections.add(connection);
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection);
  }

  get count(): number {
    return this.#connections.size;
  }

  all(): Connection[] {
    return [...this.#connections];
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const nowMs = this.nowMs();
    for (const connection of this.#connections) this.#check(connection, nowMs);
  }

  #check(connection: Connection, nowMs: number): void {
    const { helloTimeoutMs, pingIntervalMs, silenceTimeoutMs } = this.tuning;
    const { identity } = connection;
    if (!connection.hasBegun && nowMs - connection.openedMs > helloTimeoutMs) {
      connection.fail(tooLate(identity, helloTimeoutMs));
    } else if (identity !== undefined && !this.mayGoOn(identity)) {
      connection.fail(new KerutaError("UNAUTHORIZED", "the credentials have expired or were revoked"));
    } else if (isDead(connection, nowMs, silenceTimeoutMs)) {
      connection.drop();
    } else if (nowMs - connection.lastPingMs >= pingIntervalMs) {
      connection.ping(nowMs);
    }
  }
}

function isDead(connection: Connection, nowMs: number, silenceTimeoutMs: number): boolean {
  const { isResting, lastHeardMs, patience } = connection;
  return !isResting && nowMs - lastHeardMs > silenceTimeoutMs * patience;
}

function tooLate(identity: Identity | undefined, helloTimeoutMs: number): KerutaError {
  return identity === undefined
    ? new KerutaError("UNAUTHORIZED", `no auth message came within ${helloTimeoutMs} ms`)
    : new KerutaError("HELLO_TIMEOUT", `neither hello nor subscribe came within ${helloTimeoutMs} ms`);
}
