import { keyOf } from "../attempt-key.ts";
import type { ConnectedAgent, ConnectedAgents } from "../connected-agents.ts";
import type { AttemptKey } from "../store/log-store.ts";

/** A connection that holds an attempt's claim. */
export interface Claimant extends ConnectedAgent {
  /** Another one holds it now, with this claim. */
  superseded(claim: number): void;
}

/**
 * Who is adding to which attempt through this process. Only a courtesy: it tells the older claimant at once. What
 * keeps its lines out is the store's own check of the claim.
 */
export class Claims implements ConnectedAgents {
  readonly #holders = new Map<string, Claimant>();
  /** Attempts with a holder, by task. */
  readonly #attempts = new Map<string, Set<number>>();

  take(claimant: Claimant): void {
    const { taskId, attempt, claim } = claimant.key;
    const key = keyOf(claimant.key);
    const before = this.#holders.get(key);
    this.#holders.set(key, claimant);
    this.#attempts.set(taskId, (this.#attempts.get(taskId) ?? new Set()).add(attempt));
    before?.superseded(claim);
  }

  /** False where another one has taken over meanwhile. */
  release(claimant: Claimant): boolean {
    const { taskId, attempt } = claimant.key;
    const key = keyOf(claimant.key);
    if (this.#holders.get(key) !== claimant) return false;
    this.#holders.delete(key);
    const attempts = this.#attempts.get(taskId);
    if (attempts?.delete(attempt) && attempts.size === 0) this.#attempts.delete(taskId);
    return true;
  }

  /** Connections that hold a claim. */
  get count(): number {
    return this.#holders.size;
  }

  isConnected(attempt: AttemptKey): boolean {
    return this.#holders.has(keyOf(attempt));
  }

  agentOf(attempt: AttemptKey): ConnectedAgent | undefined {
    return this.#holders.get(keyOf(attempt));
  }

  agentsOfTask(taskId: string): ConnectedAgent[] {
    const attempts = [...(this.#attempts.get(taskId) ?? [])].sort((a, b) => a - b);
    return attempts.map((attempt) => this.#holders.get(keyOf({ taskId, attempt }))!);
  }
}
