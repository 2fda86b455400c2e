import type { Database } from "bun:sqlite";
import type { ClaimKey, GivenUp } from "../log-store.ts";
import { storedAttempt } from "./attempt-row.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { InsertLines } from "./insert-lines.ts";
import type { RefreshTask } from "./refresh-task.ts";
import type { Verified } from "./verify.ts";

export interface GivingUp {
  readonly claimed: ClaimKey;
  readonly frame: Uint8Array;
  readonly reason: string;
  readonly endedAtUs: number;
}

/** The `giveUp` of the contract for a verified chunk, inside the writer's transaction. */
export function giveUpAttempt(
  database: Database,
  findAttempt: FindAttempt,
  insert: InsertLines,
  refreshTask: RefreshTask,
): (givingUp: GivingUp, verified: Verified) => GivenUp | undefined {
  const setLost = database.query(
    "UPDATE attempt SET state = 'FAILED', lost = 1, waiting = 0, ended_at_us = ?, reason = ? WHERE id = ?",
  );

  return ({ claimed, frame, reason, endedAtUs }, verified) => {
    const attempt = findAttempt(claimed);
    if (attempt.state !== "PROCESSING" || attempt.claim !== claimed.claim) return undefined;
    const unit = insert(attempt, frame, verified);
    setLost.run(endedAtUs, reason, attempt.id);
    refreshTask(attempt.task);
    return { attempt: storedAttempt(findAttempt(claimed)), unit };
  };
}
