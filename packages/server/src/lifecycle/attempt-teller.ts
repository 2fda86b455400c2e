import { releaseBytes } from "@keruta/protocol";
import type { AttemptEvents } from "../attempt-events.ts";
import type { ConnectedAgents } from "../connected-agents.ts";
import { attemptSummary } from "../store/attempt-summary.ts";
import type { StoredAttempt, Unit } from "../store/log-store.ts";

/**
 * Tells what the store answered about an attempt: its agent's session first, which goes on telling from there, then
 * viewers. To be called in the turn in which the store answered, so that what is told keeps the order of commits.
 */
export class AttemptTeller {
  constructor(
    private readonly agents: ConnectedAgents,
    private readonly events: AttemptEvents,
  ) {}

  changed(attempt: StoredAttempt): void {
    this.events.changed(this.#learned(attempt));
  }

  /** The unit's frame is gone afterwards. */
  committed(attempt: StoredAttempt, unit: Unit): void {
    this.events.committed(this.#learned(attempt), unit);
    releaseBytes(unit.frame);
  }

  #learned(attempt: StoredAttempt) {
    const agent = this.agents.agentOf(attempt);
    agent?.learn(attempt);
    return attemptSummary(attempt, agent !== undefined);
  }
}
