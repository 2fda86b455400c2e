import type { Database } from "bun:sqlite";
import type { ClaimKey, StoredAttempt } from "../log-store.ts";
import { storedAttempt } from "./attempt-row.ts";
import { superseded } from "./claim-attempt.ts";
import type { FindAttempt } from "./find-attempt.ts";
import type { RefreshTask } from "./refresh-task.ts";

/** The `setWaiting` of the contract, inside the writer's transaction. */
export function setWaiting(
  database: Database,
  findAttempt: FindAttempt,
  refreshTask: RefreshTask,
): (claimed: ClaimKey, waiting: boolean) => StoredAttempt {
  const set = database.query("UPDATE attempt SET waiting = ? WHERE id = ?");

  return (claimed, waiting) => {
    const attempt = findAttempt(claimed);
    if (claimed.claim !== attempt.claim) throw superseded(attempt.task, attempt.number);
    if (attempt.state === "PROCESSING" && waiting !== (attempt.waiting === 1)) {
      set.run(waiting ? 1 : 0, attempt.id);
      refreshTask(attempt.task);
    }
    return storedAttempt(findAttempt(claimed));
  };
}
