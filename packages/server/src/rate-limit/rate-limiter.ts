import type { RateLimits } from "../config.ts";
import { anonymousAdmin, type Identity } from "../identity.ts";
import { RateLimitError } from "../rate-limit-error.ts";
import { Allowances } from "./allowance.ts";

/**
 * Segments are whole MiB of a log that never change, read by the hundred when somebody scrolls or exports: each costs
 * next to nothing, and a limit for requests would be one for how fast a log can be read.
 */
const segmentsPerRequest = 10;

/**
 * An agent counts for itself, by the task it is for, so that a thousand of them with one token and behind one address
 * are back at once after a restart; all of one credential together have this many times the allowance of one.
 */
const agentsPerCredential = 100;

/** Submitted lines go through at once for so long after a silence; then senders wait for their turn... */
const submissionBurstMs = 10_000;
/** ...but not for longer than this: a request that waits holds a connection. */
const maxSubmissionWaitMs = 5_000;

/** Guesses of passwords from one address, and of one name's from anywhere. */
const logInsPerAddress = { perMinute: 10, burst: 10 };
const logInsPerName = { perMinute: 60, burst: 60 };

/**
 * Who may do how much. Everything is counted per credential, or per address where there is none. Where nobody has to
 * say who they are and only this machine can reach the server, nothing is counted (`isOn` false) but log-ins.
 */
export class RateLimiter {
  readonly #requests: Allowances;
  readonly #segments: Allowances;
  readonly #connections: Allowances;
  readonly #allConnections: Allowances;
  readonly #lines: Allowances;
  readonly #logInsByAddress: Allowances;
  readonly #logInsByName: Allowances;

  constructor(
    rates: RateLimits,
    isOn: boolean,
    nowMs: () => number,
    private readonly sleep: (ms: number) => Promise<void> = Bun.sleep,
  ) {
    const allowances = (perMinute: number, burst: number) =>
      new Allowances({ perMinute: isOn ? perMinute : 0, burst }, nowMs);
    const { requestsPerMinute, burst, connectionsPerMinute, logsPerMinute } = rates;
    this.#requests = allowances(requestsPerMinute, burst);
    this.#segments = allowances(requestsPerMinute * segmentsPerRequest, burst * segmentsPerRequest);
    this.#connections = allowances(connectionsPerMinute, connectionsPerMinute);
    const allConnections = connectionsPerMinute * agentsPerCredential;
    this.#allConnections = allowances(allConnections, allConnections);
    this.#lines = allowances(logsPerMinute, (logsPerMinute * submissionBurstMs) / 60_000);
    this.#logInsByAddress = new Allowances(logInsPerAddress, nowMs);
    this.#logInsByName = new Allowances(logInsPerName, nowMs);
  }

  /** Throws RateLimitError. */
  demandRequest(identity: Identity | undefined, address: string, isSegment: boolean): void {
    const allowances = isSegment ? this.#segments : this.#requests;
    demand(allowances, holderOf(identity, address), "requests");
  }

  /** Throws RateLimitError. `place`: the task, or what else is connected to. */
  demandConnection(identity: Identity | undefined, address: string, place: string): void {
    const holder = holderOf(identity, address);
    demand(this.#connections, identity === undefined ? holder : `${holder} ${place}`, "connections");
    demand(this.#allConnections, holder, "connections");
  }

  /**
   * Resolves when the lines may be stored; they are counted then. Throws RateLimitError, at once and with nothing
   * counted, where that would take too long. Lines of native agents are bounded by their windows instead.
   */
  async paceLines(identity: Identity, address: string, count: number): Promise<void> {
    const holder = holderOf(identity, address);
    const waitMs = this.#lines.waitMs(holder);
    if (waitMs > maxSubmissionWaitMs) throw new RateLimitError("lines", waitMs);
    this.#lines.spend(holder, count);
    if (waitMs > 0) await this.sleep(waitMs);
  }

  /**
   * Counts lines that a socket has sent. Answers for how many milliseconds nothing more should be read from it
   * (`Connection.rest`), so that whoever sends too fast is slowed down and loses nothing.
   */
  chargeLines(identity: Identity, address: string, count: number): number {
    const holder = holderOf(identity, address);
    this.#lines.spend(holder, count);
    return this.#lines.waitMs(holder);
  }

  /** Throws RateLimitError. Right guesses count like wrong ones. */
  demandLogIn(address: string, username: string): void {
    demand(this.#logInsByAddress, holderOf(undefined, address), "log-ins from this address");
    demand(this.#logInsByName, username, "log-ins by this name");
  }
}

function demand(allowances: Allowances, key: string, what: string): void {
  const waitMs = allowances.take(key);
  if (waitMs > 0) throw new RateLimitError(what, waitMs);
}

/** A name is a credential's where somebody showed one. */
function holderOf(identity: Identity | undefined, address: string): string {
  const isAnonymous = identity === undefined || identity.name === anonymousAdmin.name;
  return isAnonymous
    ? `address ${networkOf(address)}`
    : `${identity.keyId ?? ""} ${identity.role} ${identity.name}`;
}

/** One customer of an IPv6 network has a /64 of addresses to come from. */
function networkOf(address: string): string {
  return address.includes(":") && !address.startsWith("::ffff:")
    ? address.split(":").slice(0, 4).join(":")
    : address;
}
