import { limits } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import { submittedBytes } from "../submitted-line.ts";
import type { SubmittedLine } from "../task-actions.ts";

export interface QueueParts {
  /** Never rejects: what goes wrong is told to the peer. */
  readonly submit: (identity: Identity, lines: readonly SubmittedLine[]) => Promise<void>;
  /** So much of what was added is dealt with. */
  readonly done: (length: number) => void;
  /** Everything that was added is dealt with. */
  readonly idle: () => void;
}

interface WaitingLine {
  readonly identity: Identity;
  readonly line: SubmittedLine;
  readonly bytes: number;
  readonly length: number;
}

interface WaitingStep {
  readonly run: () => Promise<void>;
  readonly length: number;
}

type Waiting = WaitingLine | WaitingStep;

/**
 * What one connection has to say of one task, in the order in which it came. Lines that wait together are submitted together:
 * what arrives while a submission is under way goes into the next.
 */
export class SubmissionQueue {
  readonly #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(private readonly parts: QueueParts) {}

  addLine(identity: Identity, line: SubmittedLine, length: number): void {
    this.#add({ identity, line, bytes: submittedBytes(line), length });
  }

  /** `run` must not reject. */
  addStep(run: () => Promise<void>, length: number): void {
    this.#add({ run, length });
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#isBusy) return;
    this.#isBusy = true;
    // Not at once: lines that were read together are still being taken apart.
    setImmediate(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const taken = this.#waiting.splice(0, "run" in first ? 1 : this.#linesThatFit(first));
      if ("run" in first) await first.run();
      else await this.parts.submit(first.identity, linesOf(taken));
      this.parts.done(taken.reduce((sum, { length }) => sum + length, 0));
    }
    this.#isBusy = false;
    this.parts.idle();
  }

  /** How many of the first belong together: by the same peer, and no more than one submission may hold. */
  #linesThatFit({ identity }: WaitingLine): number {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      if ("run" in waiting || waiting.identity !== identity || count === limits.maxSubmittedLines) break;
      bytes += waiting.bytes;
      if (count > 0 && bytes > limits.maxSubmittedBytes) break;
      count++;
    }
    return count;
  }
}

function linesOf(taken: readonly Waiting[]): SubmittedLine[] {
  return taken.flatMap((waiting) => ("run" in waiting ? [] : [waiting.line]));
}
