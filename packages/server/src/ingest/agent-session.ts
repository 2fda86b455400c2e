import {
  type AttemptSummary,
  type ClientMessage,
  type End,
  type Hello,
  KerutaError,
  protocolVersion,
  releaseBytes,
} from "@keruta/protocol";
import type { AttemptEvents } from "../attempt-events.ts";
import type { OperatorSettings, Tuning } from "../config.ts";
import type { AgentEvents, AgentOrder } from "../connected-agents.ts";
import type { Connection, Session } from "../connection.ts";
import { attemptSummary } from "../store/attempt-summary.ts";
import { grownAttempt } from "../store/grown-attempt.ts";
import type {
  AppendOutcome,
  Claimed,
  ClaimKey,
  EndOutcome,
  LogStore,
  StoredAttempt,
  Unit,
} from "../store/log-store.ts";
import { type Answer, RewindWatch } from "./admit-chunk.ts";
import type { Claimant, Claims } from "./claims.ts";

export interface IngestParts {
  readonly store: LogStore;
  readonly claims: Claims;
  readonly events: AttemptEvents;
  readonly agentEvents: AgentEvents;
  readonly tuning: Pick<Tuning & OperatorSettings, "ingestWindowBytes" | "autoCreateTasks">;
}

/** An agent that adds lines to an attempt: `hello`, then chunks, partials and what its script waits for, then `end`. */
export class AgentSession implements Session, Claimant {
  #claimed: { key: ClaimKey; attempt: StoredAttempt } | undefined;
  #helloSaid = false;
  #isDismissed = false;
  /** What was last said of it. */
  #waiting = false;
  readonly #rewind = new RewindWatch();
  #unansweredBytes = 0;
  /** Settles when everything received so far has been answered; keeps partials behind the lines before them. */
  #tail: Promise<unknown> = Promise.resolve();
  #ackDue: number | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly taskId: string,
    private readonly parts: IngestParts,
  ) {}

  receive(message: ClientMessage): void {
    if (message.type === "hello") this.#hello(message);
    else this.#receiveMore(message);
  }

  #receiveMore(message: ClientMessage): void {
    const claimed = this.#claimed;
    if (claimed === undefined) throw misplaced(message.type, "before it was answered by welcome");
    switch (message.type) {
      case "chunk":
        this.#chunk(claimed.key, message.chunk);
        break;
      case "partial":
        this.#after(() => this.parts.events.partial(claimed.key, message.source, message.text));
        break;
      case "end":
        this.#end(claimed.key, message);
        break;
      case "waiting":
        this.#setWaiting(claimed.key, message.waiting);
        break;
      case "inputTaken":
        this.parts.agentEvents.inputTaken(claimed.key, message.id, message.refused);
        break;
      default:
        throw misplaced(message.type, "from an agent");
    }
  }

  drained(): void {}

  closed(): void {
    if (this.#claimed === undefined || !this.parts.claims.release(this)) return;
    // Behind what is still being committed, so that the summary that is told counts it.
    this.#after(() => this.#left(), true);
  }

  get key(): ClaimKey {
    return this.#claimed!.key;
  }

  send(order: AgentOrder): void {
    this.connection.send(order);
  }

  learn(attempt: StoredAttempt): void {
    this.#claimed!.attempt = attempt;
  }

  dismiss(why: KerutaError): void {
    this.#isDismissed = true;
    this.connection.fail(why);
  }

  superseded(claim: number): void {
    const isSameAgent = claim === this.#claimed?.key.claim;
    if (isSameAgent) this.connection.close(1000, "a newer connection of this agent");
    else
      this.connection.fail(
        new KerutaError("SUPERSEDED", `another agent has taken over this attempt of ${this.taskId}`),
      );
  }

  #hello(hello: Hello): void {
    if (this.#helloSaid) throw misplaced("hello", "twice");
    if (hello.protocol !== protocolVersion)
      throw new KerutaError(
        "PROTOCOL_UNSUPPORTED",
        `protocol ${hello.protocol} is not spoken here, ${protocolVersion} is: use an agent of the server's version`,
      );
    this.#helloSaid = true;
    this.#checkTask()
      .then(() => this.#claim(hello))
      .catch((error) => this.connection.fail(error));
  }

  /** Throws TASK_NOT_FOUND where the server does not let lines create a task. */
  async #checkTask(): Promise<void> {
    const { store, tuning } = this.parts;
    if (tuning.autoCreateTasks || (await store.task(this.taskId)) !== undefined) return;
    throw new KerutaError("TASK_NOT_FOUND", `there is no task ${this.taskId}`);
  }

  #claim(hello: Hello): void {
    this.parts.agentEvents.arriving(this.taskId);
    this.parts.store
      .claim(this.taskId, hello)
      .then((claimed) => this.#welcome(claimed))
      .catch((error) => this.connection.fail(error));
  }

  #welcome(claimed: Claimed): void {
    if (!this.connection.isOpen) return;
    const { claim, attempt } = claimed;
    this.#claimed = { key: { taskId: this.taskId, attempt: attempt.attempt, claim }, attempt };
    this.#waiting = attempt.waitingForInput === true;
    this.parts.claims.take(this);
    const { ingestWindowBytes: windowBytes } = this.parts.tuning;
    this.connection.send({
      type: "welcome",
      attempt: attempt.attempt,
      claim,
      head: attempt.head - attempt.inserted,
      windowBytes,
    });
    this.#tellChange();
    this.parts.agentEvents.welcomed(this, claimed);
  }

  #chunk(key: ClaimKey, frame: Uint8Array): void {
    const bytes = frame.length;
    this.#unansweredBytes += bytes;
    if (this.#unansweredBytes > 2 * this.parts.tuning.ingestWindowBytes)
      throw new KerutaError(
        "WINDOW_EXCEEDED",
        `${this.#unansweredBytes} bytes of chunks wait for an acknowledgement`,
      );
    this.#tail = this.parts.store
      .append(key, frame)
      .then((outcome) => this.#appended(outcome, bytes))
      .catch((error) => this.connection.fail(error));
  }

  #appended(outcome: AppendOutcome, bytes: number): void {
    this.#unansweredBytes -= bytes;
    if (outcome.outcome === "stored") this.#committed(outcome.unit);
    if (this.connection.isOpen) this.#answer(this.#rewind.answerTo(outcome));
  }

  #committed(unit: Unit): void {
    const claimed = this.#claimed!;
    claimed.attempt = grownAttempt(claimed.attempt, unit.header);
    this.parts.events.committed(this.#summary(), unit);
    releaseBytes(unit.frame);
  }

  #answer(answer: Answer): void {
    if (answer.answer === "ack") this.#ackSoon(answer.sequence);
    if (answer.answer === "resume") this.#resume(answer.next);
  }

  #resume(next: number): void {
    this.#flushAck();
    const message = `the next line of this attempt is ${next}`;
    this.connection.send({ type: "resume", next, code: "SEQUENCE_GAP", message });
  }

  /** Acknowledgements are cumulative: the chunks of one commit, which are answered in one turn, need only one. */
  #ackSoon(sequence: number): void {
    if (this.#ackDue === undefined) queueMicrotask(() => this.#flushAck());
    this.#ackDue = sequence;
  }

  #flushAck(): void {
    if (this.#ackDue !== undefined) this.connection.send({ type: "ack", sequence: this.#ackDue });
    this.#ackDue = undefined;
  }

  #end(key: ClaimKey, end: End): void {
    this.#tail = this.parts.store
      .end(key, end)
      .then((outcome) => this.#ended(outcome))
      .catch((error) => this.connection.fail(error));
  }

  #ended(outcome: EndOutcome): void {
    this.#flushAck();
    if (outcome.outcome === "gap") {
      this.#answer(this.#rewind.endTooEarly(outcome.next));
      return;
    }
    this.learn(outcome.attempt);
    this.connection.send({ type: "ended" });
    this.#tellChange();
    this.parts.agentEvents.ended(outcome.attempt);
  }

  #setWaiting(key: ClaimKey, waiting: boolean): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#tail = this.parts.store
      .setWaiting(key, waiting)
      .then((attempt) => this.#waitingSet(attempt))
      .catch((error) => this.connection.fail(error));
  }

  #waitingSet(attempt: StoredAttempt): void {
    this.learn(attempt);
    this.#tellChange();
  }

  #left(): void {
    if (this.#isDismissed) return;
    const { key, attempt } = this.#claimed!;
    this.#tellChange();
    const isBack = this.parts.claims.isConnected(key);
    if (attempt.state === "PROCESSING" && !isBack) this.parts.agentEvents.left(key);
  }

  #after(act: () => void, evenClosed = false): void {
    this.#tail.then(() => {
      if (evenClosed || this.connection.isOpen) act();
    });
  }

  #tellChange(): void {
    this.parts.events.changed(this.#summary());
  }

  #summary(): AttemptSummary {
    const { key, attempt } = this.#claimed!;
    return attemptSummary(attempt, this.parts.claims.isConnected(key));
  }
}

function misplaced(type: string, where: string): KerutaError {
  return new KerutaError("INVALID_MESSAGE_FORMAT", `a message of type ${type} has no place ${where}`);
}
