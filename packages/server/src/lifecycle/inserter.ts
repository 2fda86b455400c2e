import { type ChunkHeader, KerutaError, type Level } from "@keruta/protocol";
import type { Logger } from "../logger.ts";
import { nowUs } from "../now-us.ts";
import type { AttemptKey, LogStore } from "../store/log-store.ts";
import type { AttemptTeller } from "./attempt-teller.ts";
import { noticeFrame } from "./notice-frame.ts";

/** Adds lines that are not the agent's to an attempt, running or ended, and tells of them. */
export class Inserter {
  constructor(
    private readonly store: LogStore,
    private readonly teller: AttemptTeller,
    private readonly logger: Logger,
  ) {}

  /** Durable when it resolves. Asked for one after the other, they are stored in that order without waiting for each other. */
  async insert(attempt: AttemptKey, frame: Uint8Array): Promise<ChunkHeader> {
    const outcome = await this.store.insert(attempt, frame);
    if (outcome.outcome === "refused") throw new KerutaError(outcome.code, outcome.message);
    this.teller.committed(outcome.attempt, outcome.unit);
    return outcome.unit.header;
  }

  /** A line of the server's own. Where it cannot be added, what it tells of has happened all the same: the server's log has it. */
  async say(attempt: AttemptKey, level: Level, text: string): Promise<void> {
    try {
      await this.insert(attempt, noticeFrame(level, text, nowUs()));
    } catch (err) {
      const { taskId } = attempt;
      this.logger.warn({ err, taskId, attempt: attempt.attempt }, "cannot add a line of the server to a log");
    }
  }
}
