import { KerutaError } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import { RateLimitError } from "../rate-limit-error.ts";
import type { StatusChange, Submitted, SubmittedLine, TaskActions } from "../task-actions.ts";
import type { Inflow } from "./inflow.ts";
import { outgoing } from "./outgoing.ts";
import type { Batch } from "./read-frame.ts";
import { SubmissionQueue } from "./submission-queue.ts";
import type { UnfinishedWork } from "./unfinished-work.ts";

export interface PublisherParts {
  readonly actions: Pick<TaskActions, "submit" | "setStatus">;
  /** Resolves when so many lines may be submitted. Throws RateLimitError where that takes too long. */
  readonly pace: (identity: Identity, count: number) => Promise<void>;
  readonly inflow: Inflow;
  readonly work: UnfinishedWork;
  readonly tell: (message: string) => void;
  /** What could not be done, and about what. */
  readonly refuse: (error: unknown, about: Readonly<Record<string, unknown>>) => void;
  /** Nobody is there any more who could be told. */
  readonly isGone: () => boolean;
}

/** Lines that could not be stored are tried again after so long, each time after twice as long... */
const firstRetryMs = 250;
/** ...but no longer than this. */
const lastRetryMs = 5_000;
/** A peer that has gone cannot send its lines again: they are tried this often before they are given up. */
const triesForTheGone = 20;

/**
 * What a producer says, brought into the store in the order in which it came. Lines without acknowledgement are tried until they
 * are stored, and nothing that was received is dropped meanwhile: what waits is bounded by `Inflow`. A batch that fails is
 * told of instead of tried again, because its producer waits for the `ack` and sends it again.
 */
export class Publisher {
  readonly #queues = new Map<string, SubmissionQueue>();

  constructor(private readonly parts: PublisherParts) {}

  /** `length` of the message it came in. */
  log(identity: Identity, taskId: string, line: SubmittedLine, length: number): void {
    this.parts.inflow.begin(length);
    this.#queueOf(taskId).addLine(identity, line, length);
  }

  logs(identity: Identity, taskId: string, batch: Batch, length: number): void {
    const about = { taskId, firstSeq: batch.firstSeq, runId: batch.runId };
    this.#step(taskId, length, about, async () => {
      await this.#paced(identity, taskId, batch.lines.length);
      const submitted = await this.parts.actions.submit(identity, taskId, submissionOf(batch));
      this.parts.tell(ackOf(taskId, batch, submitted));
    });
  }

  /** Behind the lines that came before it. */
  status(identity: Identity, taskId: string, change: StatusChange, length: number): void {
    this.#step(taskId, length, { taskId }, async () => {
      await this.parts.actions.setStatus(identity, taskId, change);
      const { status, progress, message } = change;
      this.parts.tell(outgoing("status", { taskId, status, progress, message }));
    });
  }

  #step(
    taskId: string,
    length: number,
    about: Readonly<Record<string, unknown>>,
    act: () => Promise<void>,
  ): void {
    this.parts.inflow.begin(length);
    const run = () => act().catch((error) => this.parts.refuse(error, about));
    this.#queueOf(taskId).addStep(run, length);
  }

  #queueOf(taskId: string): SubmissionQueue {
    const known = this.#queues.get(taskId);
    if (known !== undefined) return known;
    const finished = this.parts.work.begin();
    const queue = new SubmissionQueue({
      submit: (identity, lines) => this.#submit(identity, taskId, lines),
      done: (length) => {
        this.parts.inflow.done(length);
        this.parts.work.done(length);
      },
      idle: () => {
        this.#queues.delete(taskId);
        finished();
      },
    });
    this.#queues.set(taskId, queue);
    return queue;
  }

  async #submit(identity: Identity, taskId: string, lines: readonly SubmittedLine[]): Promise<void> {
    try {
      await this.#paced(identity, taskId, lines.length);
      await this.#untilStored(identity, taskId, lines);
    } catch (error) {
      this.parts.refuse(error, { taskId, lostLines: lines.length });
    }
  }

  async #untilStored(identity: Identity, taskId: string, lines: readonly SubmittedLine[]): Promise<void> {
    let retryMs = firstRetryMs;
    for (let tries = 1; ; tries++) {
      try {
        await this.parts.actions.submit(identity, taskId, { lines });
        return;
      } catch (error) {
        if (!isPassing(error) || (this.parts.isGone() && tries >= triesForTheGone)) throw error;
        if (tries === 1) this.parts.refuse(error, { taskId, waitingLines: lines.length });
      }
      await this.parts.work.pause(retryMs);
      retryMs = Math.min(2 * retryMs, lastRetryMs);
    }
  }

  /** Waits for as long as it takes; the peer is told once where that is long. */
  async #paced(identity: Identity, taskId: string, count: number): Promise<void> {
    for (let isTold = false; !this.parts.work.isHurried; isTold = true) {
      try {
        return await this.parts.pace(identity, count);
      } catch (error) {
        if (!(error instanceof RateLimitError)) throw error;
        if (!isTold) this.parts.refuse(error, { taskId, waitingLines: count });
        await this.parts.work.pause(error.retryAfterMs);
      }
    }
  }
}

/** It may go well another time. */
function isPassing(error: unknown): boolean {
  return error instanceof KerutaError && error.kind.action === "retry";
}

function submissionOf({ lines, runId, firstSeq }: Batch) {
  if (runId === undefined || firstSeq === undefined) return { lines };
  return { lines, run: { runId, firstNumber: firstSeq } };
}

function ackOf(taskId: string, { firstSeq, runId, lines }: Batch, submitted: Submitted): string {
  const { attempt, accepted, duplicates, firstSequence, lastSequence, lastNumber } = submitted;
  const lastSeq = lastNumber ?? (firstSeq === undefined ? undefined : firstSeq + lines.length - 1);
  const stored = { attempt, accepted, duplicates, firstSequence, lastSequence };
  return outgoing("ack", { taskId, runId, lastSeq, ...stored });
}
