import { keyOf } from "../attempt-key.ts";
import type { AttemptKey } from "../store/log-store.ts";

/** A connection that holds an attempt's claim. */
export interface Claimant {
  /** Another one holds it now, with this claim. */
  superseded(claim: number): void;
}

/**
 * Who is adding to which attempt through this process. Only a courtesy: it tells the older claimant at once. What
 * keeps its lines out is the store's own check of the claim.
 */
export class Claims {
  readonly #holders = new Map<string, Claimant>();

  take(attempt: AttemptKey, claim: number, claimant: Claimant): void {
    const key = keyOf(attempt);
    const before = this.#holders.get(key);
    this.#holders.set(key, claimant);
    before?.superseded(claim);
  }

  /** False where another one has taken over meanwhile. */
  release(attempt: AttemptKey, claimant: Claimant): boolean {
    const key = keyOf(attempt);
    return this.#holders.get(key) === claimant && this.#holders.delete(key);
  }

  isConnected(attempt: AttemptKey): boolean {
    return this.#holders.has(keyOf(attempt));
  }
}
