import { KerutaError } from "@keruta/protocol";
import type { AppendOutcome } from "../store/log-store.ts";

/** What to tell the agent about a chunk, beside storing it. In agent numbers. */
export type Answer =
  | { readonly answer: "ack"; readonly sequence: number }
  | { readonly answer: "resume"; readonly next: number }
  | { readonly answer: "nothing" };

/**
 * The agent's side of the order: which gaps to speak of.
 *
 * An agent keeps several chunks on the way. When one does not fit, those behind it do not fit either; one `resume`
 * answers them all, and the rest is dropped quietly until the agent has gone back. It has gone back when a chunk
 * fits again, or when one starts no later than the one that was refused.
 */
export class RewindWatch {
  #refusedFirst: number | undefined;

  /** Throws the refusal that ends the connection. */
  answerTo(outcome: AppendOutcome): Answer {
    switch (outcome.outcome) {
      case "stored":
      case "duplicate":
        this.#refusedFirst = undefined;
        return { answer: "ack", sequence: outcome.agentHead };
      case "gap":
        return this.#gap(outcome.firstSequence, outcome.next);
      case "refused":
        throw new KerutaError(outcome.code, outcome.message);
    }
  }

  /** For an `end` whose lines are not all there. */
  endTooEarly(next: number): Answer {
    return this.#refusedFirst === undefined ? { answer: "resume", next } : { answer: "nothing" };
  }

  #gap(firstSequence: number, next: number): Answer {
    if (this.#refusedFirst !== undefined && firstSequence > this.#refusedFirst) return { answer: "nothing" };
    this.#refusedFirst = firstSequence;
    return { answer: "resume", next };
  }
}
