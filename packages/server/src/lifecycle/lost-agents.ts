import { KerutaError } from "@keruta/protocol";
import type { ConnectedAgents } from "../connected-agents.ts";
import type { Logger } from "../logger.ts";
import { nowUs } from "../now-us.ts";
import type { AttemptKey, ClaimKey, LogStore } from "../store/log-store.ts";
import type { AttemptTeller } from "./attempt-teller.ts";
import { isHttpRun } from "./http-run.ts";
import { noticeFrame } from "./notice-frame.ts";

export interface LostAgentsParts {
  readonly store: LogStore;
  readonly agents: ConnectedAgents;
  readonly teller: AttemptTeller;
  readonly logger: Logger;
  readonly lostAfterMs: number;
}

interface Away {
  readonly key: ClaimKey;
  /** When it was last there, for a person. */
  readonly since: string;
  dueMs: number;
}

const retryAfterErrorMs = 2_000;
/** A timer cannot wait for longer; it then looks and waits on. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Gives up attempts whose agents have been away for `lostAfterMs`: FAILED, with a line that says so. One timer for all. After a
 * restart of the server they are away from then on. Attempts that are reported by requests have no agent to miss.
 */
export class LostAgents {
  /** By task, then by attempt. */
  readonly #away = new Map<string, Map<number, Away>>();
  #timer: Timer | undefined;
  #wakesMs = Number.POSITIVE_INFINITY;
  #isStopped = false;

  constructor(private readonly parts: LostAgentsParts) {}

  async start(): Promise<void> {
    const since = `since before the server was started at ${new Date().toISOString()}`;
    for (const attempt of await this.parts.store.running())
      if (!isHttpRun(attempt) && this.parts.agents.agentOf(attempt) === undefined)
        this.#expect(attempt, since);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** One is about to claim an attempt of the task. Between that and its welcome it must not be given up. */
  arriving(taskId: string): void {
    const dueMs = this.#inMs(this.parts.lostAfterMs);
    for (const away of this.#away.get(taskId)?.values() ?? []) away.dueMs = dueMs;
  }

  returned({ taskId, attempt }: AttemptKey): void {
    const ofTask = this.#away.get(taskId);
    if (ofTask?.delete(attempt) && ofTask.size === 0) this.#away.delete(taskId);
  }

  left(key: ClaimKey): void {
    this.#expect(key, `since ${new Date().toISOString()}`);
  }

  #expect({ taskId, attempt, claim }: ClaimKey, since: string): void {
    const key = { taskId, attempt, claim };
    this.#wait({ key, since, dueMs: this.#inMs(this.parts.lostAfterMs) });
  }

  #wait(away: Away): void {
    const { taskId, attempt } = away.key;
    this.#away.set(taskId, (this.#away.get(taskId) ?? new Map()).set(attempt, away));
    this.#wakeAt(away.dueMs);
  }

  #inMs(ms: number): number {
    return performance.now() + ms;
  }

  #wakeAt(dueMs: number): void {
    if (this.#isStopped || dueMs >= this.#wakesMs) return;
    clearTimeout(this.#timer);
    this.#wakesMs = dueMs;
    const waitMs = Math.max(0, Math.min(dueMs - performance.now(), maxTimerMs));
    this.#timer = setTimeout(() => this.#sweep(), waitMs);
  }

  #sweep(): void {
    this.#wakesMs = Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    const all = [...this.#away.values()].flatMap((ofTask) => [...ofTask.values()]);
    for (const away of all) {
      if (away.dueMs > nowMs) this.#wakeAt(away.dueMs);
      else this.#takeForLost(away);
    }
  }

  #takeForLost(away: Away): void {
    this.returned(away.key);
    // It is connected after all: whoever has it now tells when it leaves.
    if (this.parts.agents.agentOf(away.key) !== undefined) return;
    this.#giveUp(away).catch((error) => this.#failed(away, error));
  }

  async #giveUp({ key, since }: Away): Promise<void> {
    const endedAtUs = nowUs();
    const reason = `the agent has not been connected ${since}`;
    const text = `${reason}, and is taken for lost; should it come back, the log goes on`;
    const frame = noticeFrame("ERROR", text, endedAtUs);
    const givenUp = await this.parts.store.giveUp(key, frame, reason, endedAtUs);
    if (givenUp === undefined) return;
    this.parts.teller.committed(givenUp.attempt, givenUp.unit);
    this.parts.teller.changed(givenUp.attempt);
    this.parts.logger.warn({ taskId: key.taskId, attempt: key.attempt }, "an agent is taken for lost");
  }

  #failed(away: Away, err: unknown): void {
    const { key } = away;
    const isGone = err instanceof KerutaError && err.code === "ATTEMPT_NOT_FOUND";
    if (isGone || this.#isStopped || this.parts.agents.agentOf(key) !== undefined) return;
    this.parts.logger.warn({ err, taskId: key.taskId }, "cannot give up a lost agent; will try again");
    this.#wait({ ...away, dueMs: this.#inMs(retryAfterErrorMs) });
  }
}
