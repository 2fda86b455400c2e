import { KerutaError, type Level } from "@keruta/protocol";
import type { ConnectedAgent } from "../connected-agents.ts";
import type { Logger } from "../logger.ts";
import { nowUs } from "../now-us.ts";
import type { AttemptKey, LogStore, StoredAttempt, StoredInput } from "../store/log-store.ts";
import type { AttemptTeller } from "./attempt-teller.ts";
import { noticeFrame } from "./notice-frame.ts";

/** Sent to one agent and not answered; a single larger input goes out alone. The rest waits in the store. */
const maxUnansweredBytes = 128 * 1024;

/** What one agent has been sent. */
interface Delivery {
  readonly agent: ConnectedAgent;
  sentThrough: number;
  readonly unanswered: Map<number, StoredInput>;
  unansweredBytes: number;
  /** There may be more in the store than it was sent. */
  isBehind: boolean;
  isReading: boolean;
}

/**
 * Brings the inputs of a task to the agent that runs its newest attempt, in ascending ids on each connection, and takes them out of the store
 * when the agent says that it has them. The log says who sent how much, never what: it may be a password.
 */
export class InputDelivery {
  /** By task. */
  readonly #deliveries = new Map<string, Delivery>();

  constructor(
    private readonly store: LogStore,
    private readonly teller: AttemptTeller,
    private readonly logger: Logger,
  ) {}

  /** Everything that waits is sent to it, what an earlier connection was sent too. */
  welcomed(agent: ConnectedAgent): void {
    const { taskId, attempt } = agent.key;
    const other = this.#deliveries.get(taskId);
    if (other !== undefined && other.agent.key.attempt > attempt) return;
    const delivery: Delivery = {
      agent,
      sentThrough: 0,
      unanswered: new Map(),
      unansweredBytes: 0,
      isBehind: true,
      isReading: false,
    };
    this.#deliveries.set(taskId, delivery);
    this.#catchUp(delivery);
  }

  left({ taskId, attempt }: AttemptKey): void {
    if (this.#deliveries.get(taskId)?.agent.key.attempt === attempt) this.#deliveries.delete(taskId);
  }

  /** A new input is in the store. */
  offer(taskId: string, input: StoredInput): void {
    const delivery = this.#deliveries.get(taskId);
    if (delivery === undefined) return;
    if (delivery.isReading || delivery.isBehind || !hasRoomFor(delivery, input)) delivery.isBehind = true;
    else send(delivery, input);
  }

  /** The agent has it, or says why its script cannot. */
  async taken(attempt: AttemptKey, id: number, refused: string | undefined): Promise<void> {
    const { taskId } = attempt;
    const delivery = this.#deliveries.get(taskId);
    const input = (delivery && answered(delivery, id)) ?? (await this.#find(taskId, id));
    if (input !== undefined) await this.#settle(attempt, input, refused);
    if (delivery !== undefined && delivery.unansweredBytes <= maxUnansweredBytes / 2) this.#catchUp(delivery);
  }

  /** For agents that poll: the oldest, which is then taken. */
  async takeOldest(taskId: string): Promise<StoredInput | undefined> {
    const latest = (await this.store.task(taskId))?.latest;
    for (const input of await this.store.inputs(taskId)) {
      const isOurs =
        latest === undefined
          ? await this.store.takeInput(taskId, input.id)
          : await this.#settle(latest, input, undefined);
      if (isOurs) return input;
    }
    return undefined;
  }

  /** What nobody has taken must not reach the script of a later attempt, which may ask for something else. */
  async dropUnread(ended: StoredAttempt): Promise<void> {
    const { taskId, attempt } = ended;
    if ((await this.store.task(taskId))?.latest?.attempt !== attempt) return;
    const unread = await this.store.inputs(taskId);
    await Promise.all(unread.map((input) => this.#settle(ended, input, "it had ended")));
  }

  /** False where somebody else has it. The log's line is there exactly if the input does not wait any more. */
  async #settle(attempt: AttemptKey, input: StoredInput, refused: string | undefined): Promise<boolean> {
    const frame = noticeFrame(...settledText(input, refused), nowUs());
    const outcome = await this.store.settleInput(attempt, input.id, frame);
    if (outcome === undefined) return false;
    if (outcome.outcome === "refused") throw new KerutaError(outcome.code, outcome.message);
    this.teller.committed(outcome.attempt, outcome.unit);
    return true;
  }

  async #find(taskId: string, id: number): Promise<StoredInput | undefined> {
    return (await this.store.inputs(taskId)).find((input) => input.id === id);
  }

  #catchUp(delivery: Delivery): void {
    if (!delivery.isBehind || delivery.isReading) return;
    this.#sendAll(delivery).catch((err) => {
      const { taskId } = delivery.agent.key;
      this.logger.warn(
        { err, taskId },
        "cannot read the inputs of a task; its agent gets them when it comes back",
      );
    });
  }

  async #sendAll(delivery: Delivery): Promise<void> {
    delivery.isReading = true;
    try {
      let isFull = false;
      while (delivery.isBehind && !isFull) {
        delivery.isBehind = false;
        const waiting = await this.store.inputs(delivery.agent.key.taskId);
        isFull = !sendWhileRoom(delivery, waiting);
      }
      delivery.isBehind ||= isFull;
    } finally {
      delivery.isReading = false;
    }
  }
}

/** False where some are left. */
function sendWhileRoom(delivery: Delivery, waiting: readonly StoredInput[]): boolean {
  for (const input of waiting) {
    if (input.id <= delivery.sentThrough) continue;
    if (!hasRoomFor(delivery, input)) return false;
    send(delivery, input);
  }
  return true;
}

function hasRoomFor({ unansweredBytes }: Delivery, input: StoredInput): boolean {
  return unansweredBytes === 0 || unansweredBytes + bytesOf(input) <= maxUnansweredBytes;
}

function send(delivery: Delivery, input: StoredInput): void {
  const { id, text, eof, by } = input;
  delivery.sentThrough = id;
  delivery.unanswered.set(id, input);
  delivery.unansweredBytes += bytesOf(input);
  delivery.agent.send({ type: "input", id, text, eof, by });
}

function answered(delivery: Delivery, id: number): StoredInput | undefined {
  const input = delivery.unanswered.get(id);
  if (input !== undefined && delivery.unanswered.delete(id)) delivery.unansweredBytes -= bytesOf(input);
  return input;
}

function bytesOf({ text, by }: StoredInput): number {
  return Buffer.byteLength(text) + by.length;
}

function settledText(input: StoredInput, refused: string | undefined): [Level, string] {
  const what = `input from ${input.by}: ${sizeText(input)}`;
  return refused === undefined ? ["INFO", what] : ["WARN", `${what}, did not reach the script: ${refused}`];
}

/** A newline at the end is what sends it, not what was said. */
function sizeText({ text, eof }: StoredInput): string {
  const count = [...text.replace(/\r?\n$/, "")].length;
  const characters = `${count} ${count === 1 ? "character" : "characters"}`;
  if (!eof) return characters;
  return text === "" ? "the end of the input" : `${characters}, and the end of the input`;
}
