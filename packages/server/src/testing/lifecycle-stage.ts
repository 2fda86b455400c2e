import { afterAll } from "bun:test";
import {
  type AttemptSummary,
  decodeLines,
  type Line,
  lastSequence,
  linesOf,
  openFrame,
} from "@keruta/protocol";
import { keyOf } from "../attempt-key.ts";
import type { AgentOrder } from "../connected-agents.ts";
import { type Claimant, Claims } from "../ingest/claims.ts";
import { type Lifecycle, openLifecycle } from "../lifecycle/lifecycle.ts";
import { silentLogger } from "../logger.ts";
import { attemptSummary } from "../store/attempt-summary.ts";
import { grownAttempt } from "../store/grown-attempt.ts";
import type { ClaimKey, LogStore, StoredAttempt, Unit } from "../store/log-store.ts";
import { openSqliteLogStore } from "../store/sqlite/sqlite-log-store.ts";
import { decompress } from "../store/zstd.ts";
import type { TaskActions } from "../task-actions.ts";
import { makeHello } from "./make-frame.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const alice = { name: "alice", role: "admin" } as const;

export interface StageSettings {
  readonly agentLostAfterMs?: number;
  readonly autoCreateTasks?: boolean;
}

/** The lifecycle of tasks over a store of its own, with agents that only write down what they are told. */
export class LifecycleStage {
  readonly lifecycle: Lifecycle;
  /** What was told of attempts, in order. */
  readonly told: AttemptSummary[] = [];
  readonly deletedTasks: string[] = [];
  /** What was told out of order: lines that do not follow those before, or a head that goes back. */
  readonly faults: string[] = [];
  readonly #heads = new Map<string, number>();
  readonly #claims = new Claims();
  #changed: (() => void)[] = [];

  private constructor(
    readonly store: LogStore,
    settings: StageSettings,
  ) {
    this.lifecycle = openLifecycle({
      store,
      agents: this.#claims,
      events: {
        changed: (summary) => this.#tell(summary),
        committed: (summary, unit) => this.#committed(summary, unit),
        partial: () => {},
      },
      taskChanged: () => {},
      taskDeleted: (taskId) => this.deletedTasks.push(taskId),
      settings: { agentLostAfterMs: 60_000, autoCreateTasks: true, ...settings },
      logger: silentLogger,
    });
    afterAll(() => this.lifecycle.stop());
  }

  static async open(settings: StageSettings = {}, folder = temporaryFolder()): Promise<LifecycleStage> {
    const store = await openSqliteLogStore(folder);
    afterAll(() => store.close());
    return new LifecycleStage(store, settings);
  }

  get actions(): TaskActions {
    return this.lifecycle.actions;
  }

  /** An agent as ingest would have welcomed it. */
  async agent(taskId: string, runId: string, claim?: number): Promise<StageAgent> {
    this.lifecycle.agentEvents.arriving(taskId);
    const claimed = await this.store.claim(taskId, makeHello(runId, claim));
    const agent = new StageAgent({ ...claimed.attempt, claim: claimed.claim }, claimed.attempt);
    this.#claims.take(agent);
    this.lifecycle.agentEvents.welcomed(agent, claimed);
    return agent;
  }

  /** Lines of an agent, told as ingest tells them. */
  async append(agent: StageAgent, frame: Uint8Array): Promise<void> {
    const outcome = await this.store.append(agent.key, frame);
    if (outcome.outcome !== "stored") throw new Error(`not stored: ${JSON.stringify(outcome)}`);
    agent.known = grownAttempt(agent.known, outcome.unit.header);
    this.#committed(attemptSummary(agent.known, true), outcome.unit);
  }

  leave(agent: StageAgent): void {
    this.#claims.release(agent);
    this.lifecycle.agentEvents.left(agent.key);
  }

  /** All lines of an attempt, in order. */
  async lines(taskId: string, attempt = 1): Promise<Line[]> {
    const lines: Line[] = [];
    for (let next = 1; ; next = lines.at(-1)!.sequence + 1) {
      const units = await this.store.read({ taskId, attempt }, next, 1 << 20);
      if (units.length === 0) return lines;
      for (const { frame } of units) lines.push(...linesOf(decodeLines(openFrame(frame), decompress)));
    }
  }

  async latest(taskId: string): Promise<StoredAttempt> {
    return (await this.store.task(taskId))!.latest!;
  }

  /** Asks again whenever something was told, and a little later where nothing is. */
  async until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
    for (;;) {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      await Promise.race([new Promise<void>((resolve) => this.#changed.push(resolve)), Bun.sleep(10)]);
    }
  }

  #committed(summary: AttemptSummary, { header }: Unit): void {
    const head = this.#heads.get(keyOf(summary)) ?? 0;
    if (header.firstSequence !== head + 1 || summary.head !== lastSequence(header))
      this.faults.push(`lines from ${header.firstSequence} were told behind line ${head}`);
    this.#tell(summary);
  }

  #tell(summary: AttemptSummary): void {
    const head = this.#heads.get(keyOf(summary)) ?? 0;
    if (summary.head < head) this.faults.push(`the head went back from ${head} to ${summary.head}`);
    this.#heads.set(keyOf(summary), summary.head);
    this.told.push(summary);
    for (const changed of this.#changed.splice(0)) changed();
  }
}

export class StageAgent implements Claimant {
  readonly orders: AgentOrder[] = [];
  dismissed: string | undefined;
  isSuperseded = false;

  constructor(
    readonly key: ClaimKey,
    public known: StoredAttempt,
  ) {}

  send(order: AgentOrder): void {
    this.orders.push(order);
  }

  learn(attempt: StoredAttempt): void {
    this.known = attempt;
  }

  dismiss({ code }: { readonly code: string }): void {
    this.dismissed = code;
  }

  superseded(): void {
    this.isSuperseded = true;
  }
}
