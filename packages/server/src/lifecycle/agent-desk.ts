import type { AgentEvents, ConnectedAgent } from "../connected-agents.ts";
import type { Logger } from "../logger.ts";
import type { Claimed, ClaimKey, LogStore, StoredAttempt } from "../store/log-store.ts";
import { cancelOrder } from "./cancel-task.ts";
import type { InputDelivery } from "./input-delivery.ts";
import type { Inserter } from "./inserter.ts";
import type { LostAgents } from "./lost-agents.ts";

export interface AgentDeskParts {
  readonly store: LogStore;
  readonly inserter: Inserter;
  readonly inputs: InputDelivery;
  readonly lost: LostAgents;
  readonly logger: Logger;
}

/** What is done when an agent comes, goes or answers. */
export class AgentDesk implements AgentEvents {
  constructor(private readonly parts: AgentDeskParts) {}

  arriving(taskId: string): void {
    this.parts.lost.arriving(taskId);
  }

  welcomed(agent: ConnectedAgent, { attempt, resumed }: Claimed): void {
    const { lost, inserter, inputs } = this.parts;
    lost.returned(agent.key);
    if (resumed) void inserter.say(agent.key, "INFO", "the agent has come back; the log goes on");
    if (attempt.state !== "PROCESSING") return;
    inputs.welcomed(agent);
    this.#try(agent.key, this.#tellOfCancel(agent));
  }

  left(key: ClaimKey): void {
    this.parts.lost.left(key);
    this.parts.inputs.left(key);
  }

  inputTaken(key: ClaimKey, id: number, refused: string | undefined): void {
    this.#try(key, this.parts.inputs.taken(key, id, refused));
  }

  ended(attempt: StoredAttempt): void {
    this.#try(attempt, this.parts.inputs.dropUnread(attempt));
  }

  /** A wish that was there before, told on each connection until the attempt has ended. */
  async #tellOfCancel(agent: ConnectedAgent): Promise<void> {
    const { taskId, attempt } = agent.key;
    const request = (await this.parts.store.task(taskId))?.details.cancelRequest;
    if (request !== undefined && attempt <= request.throughAttempt) agent.send(cancelOrder(request));
  }

  #try({ taskId }: { readonly taskId: string }, work: Promise<void>): void {
    work.catch((err) => this.parts.logger.warn({ err, taskId }, "cannot do what an agent's task asks for"));
  }
}
