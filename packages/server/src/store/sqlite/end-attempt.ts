import type { Database } from "bun:sqlite";
import type { End } from "@keruta/protocol";
import type { ClaimKey, EndOutcome } from "../log-store.ts";
import { storedAttempt } from "./attempt-row.ts";
import { superseded } from "./claim-attempt.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { RefreshTask } from "./refresh-task.ts";

/** The `end` of the contract, inside the writer's transaction. */
export function endAttempt(
  database: Database,
  findAttempt: FindAttempt,
  refreshTask: RefreshTask,
): (claimed: ClaimKey, end: End) => EndOutcome {
  const setEnd = database.query(
    `UPDATE attempt SET state = ?, ended_at_us = ?, exit_code = ?, signal = ?, reason = ?, waiting = 0
     WHERE id = ?`,
  );

  return (claimed, end) => {
    const attempt = findAttempt(claimed);
    if (claimed.claim !== attempt.claim) throw superseded(attempt.task, attempt.number);
    const agentHead = attempt.head - attempt.inserted;
    if (end.lastSequence > agentHead) return { outcome: "gap", next: agentHead + 1 };
    if (attempt.state === "PROCESSING") {
      const { state, endedAtUs, exitCode, signal, reason } = end;
      setEnd.run(state, endedAtUs, exitCode ?? null, signal ?? null, reason ?? null, attempt.id);
      refreshTask(attempt.task);
    }
    return { outcome: "ended", attempt: storedAttempt(findAttempt(claimed)) };
  };
}
