import type { Database } from "bun:sqlite";
import type { End } from "@keruta/protocol";
import type { ClaimKey, EndOutcome } from "../log-store.ts";
import { storedAttempt } from "./attempt-row.ts";
import { superseded } from "./claim-attempt.ts";
import type { FindAttempt } from "./find-attempt.ts";

/** The `end` of the contract, inside the writer's transaction. */
export function endAttempt(
  database: Database,
  findAttempt: FindAttempt,
  nowUs: () => number,
): (claimed: ClaimKey, end: End) => EndOutcome {
  const setEnd = database.query(
    "UPDATE attempt SET state = ?, ended_at_us = ?, exit_code = ?, signal = ?, reason = ? WHERE id = ?",
  );
  const touchTask = database.query("UPDATE task SET updated_at_us = ? WHERE name = ?");

  return (claimed, end) => {
    const attempt = findAttempt(claimed);
    if (claimed.claim !== attempt.claim) throw superseded(attempt.task, attempt.number);
    if (end.lastSequence > attempt.head) return { outcome: "gap", next: attempt.head + 1 };
    if (attempt.state === "PROCESSING") {
      const { state, endedAtUs, exitCode, signal, reason } = end;
      setEnd.run(state, endedAtUs, exitCode ?? null, signal ?? null, reason ?? null, attempt.id);
      touchTask.run(nowUs(), attempt.task);
    }
    return { outcome: "ended", attempt: storedAttempt(findAttempt(claimed)) };
  };
}
