import { hostname } from "node:os";
import { KerutaError } from "@keruta/protocol";
import { isProtected } from "../auth-settings.ts";
import type { OperatorSettings } from "../config.ts";
import { isLoopback } from "../loopback.ts";

type HostSettings = Pick<OperatorSettings, "host" | "publicUrl" | "allowedHosts" | "auth">;

/**
 * The names a request may ask for (its `Host`). A page of somebody else can make its own name mean this machine (DNS
 * rebinding) and is then of the same origin for the browser; but it cannot have a name that is on this list, nor an
 * address of numbers, for which there is no name to rebind.
 */
export class AllowedHosts {
  readonly #names: ReadonlySet<string>;
  readonly #admitsAll: boolean;
  readonly #admitsLocalNames: boolean;

  constructor({ host, publicUrl, allowedHosts, auth }: HostSettings) {
    const own =
      publicUrl === undefined ? [host, hostname()] : [host, hostname(), new URL(publicUrl).hostname];
    this.#names = new Set([...own, ...allowedHosts].map((name) => nameOf(name.toLowerCase())));
    const isOpenBeyondLoopback = !isLoopback(host);
    // A rebound page comes without the credentials of the name it took: where they are asked of everybody, no name harms.
    const asksEverybody = isProtected(auth) && !auth.anonymousViewers;
    this.#admitsAll =
      allowedHosts.includes("*") || (isOpenBeyondLoopback && asksEverybody && allowedHosts.length === 0);
    // Whoever decides about names within a network can reach a server there without taking one.
    this.#admitsLocalNames = isOpenBeyondLoopback;
  }

  /** Throws FORBIDDEN. */
  demand(header: string | null): void {
    const name = nameOf((header ?? "").toLowerCase());
    if (this.#admits(name)) return;
    throw new KerutaError(
      "FORBIDDEN",
      `this server does not answer to the host ${JSON.stringify(name.slice(0, 255))}: add it to allowedHosts if it should`,
    );
  }

  #admits(name: string): boolean {
    if (this.#admitsAll || this.#names.has(name) || isAddress(name)) return true;
    if (name === "localhost" || name.endsWith(".localhost")) return true;
    return this.#admitsLocalNames && isLocalName(name);
  }
}

/** Without the port. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, "");
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}

/** A name nobody can register: of one part, or under a suffix kept for networks of one's own. */
function isLocalName(name: string): boolean {
  return /^[a-z0-9-]+$/.test(name) || /\.(local|internal|svc)$/.test(name);
}
