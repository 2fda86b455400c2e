import type { AttemptState } from "@keruta/protocol";
import type { StoredAttempt } from "../log-store.ts";

/** A row of `attempt` with the name of its task. */
export interface AttemptRow {
  readonly id: number;
  readonly task: string;
  readonly number: number;
  readonly claim: number;
  readonly state: AttemptState;
  readonly head: number;
  readonly sealed_through: number;
  readonly raw_bytes: number;
  readonly counts: string;
  readonly started_at_us: number;
  readonly ended_at_us: number | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly reason: string | null;
  readonly run_id: string;
  readonly inserted: number;
  readonly deleted_through: number;
  readonly waiting: number;
  readonly lost: number;
}

export const attemptColumns = `attempt.id, task.name AS task, number, claim, state, head, sealed_through, raw_bytes,
  counts, started_at_us, ended_at_us, exit_code, signal, reason, run_id, inserted, deleted_through, waiting, lost`;

export function storedAttempt(row: AttemptRow): StoredAttempt {
  return {
    taskId: row.task,
    attempt: row.number,
    state: row.state,
    head: row.head,
    startedAtUs: row.started_at_us,
    ...(row.ended_at_us === null ? {} : { endedAtUs: row.ended_at_us }),
    ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
    ...(row.signal === null ? {} : { signal: row.signal }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    counts: JSON.parse(row.counts) as number[],
    rawBytes: row.raw_bytes,
    ...(row.deleted_through === 0 ? {} : { deletedThrough: row.deleted_through }),
    ...(row.waiting === 0 ? {} : { waitingForInput: true }),
    ...(row.lost === 0 ? {} : { lost: true }),
    inserted: row.inserted,
    runId: row.run_id,
    claim: row.claim,
  };
}
