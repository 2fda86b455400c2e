import { KerutaError, taskStatusOf } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import type { Claimed, StoredTask, TaskChanges } from "../store/log-store.ts";
import type { StatusChange } from "../task-actions.ts";
import { cancelStreaming } from "./cancel-task.ts";
import { type Ending, endHttpAttempt } from "./end-http-attempt.ts";
import { isHttpRun } from "./http-run.ts";
import type { LifecycleParts } from "./parts.ts";
import { type StatusStep, stepTo } from "./status-steps.ts";
import { beginAttempt, claimRun, findTask, updateTask } from "./tasks.ts";

interface Move {
  readonly by: Identity;
  readonly task: StoredTask;
  readonly step: StatusStep;
  readonly change: StatusChange;
}

/** The `setStatus` of the contract. */
export function setStatus(
  parts: LifecycleParts,
  by: Identity,
  taskId: string,
  change: StatusChange,
): Promise<StoredTask> {
  return parts.turns.take(taskId, async () => {
    const task = await findTask(parts, taskId);
    const { latest } = task;
    const step = stepTo(taskId, latest === undefined ? "PENDING" : taskStatusOf(latest), change.status);
    const move = { by, task, step, change };
    if (latest === undefined || step === "begin" || isHttpRun(latest)) await moveAttempt(parts, move);
    else await askAgent(parts, move);
    return updateTask(parts, taskId, reported(move));
  });
}

/** The newest attempt, if there is one, is reported by requests. */
async function moveAttempt(parts: LifecycleParts, { by, task, step, change }: Move): Promise<void> {
  switch (step) {
    case "stay":
      return;
    case "begin":
      await beginAttempt(parts, task.id, by);
      return;
    case "beginAndEnd":
      return endHttpAttempt(parts, by, await beginAttempt(parts, task.id, by), endingOf(change));
    case "end":
      return endHttpAttempt(parts, by, await claimNewest(parts, by, task), endingOf(change));
    case "wait":
    case "goOn":
      return setWaiting(parts, await claimNewest(parts, by, task), step === "wait");
  }
}

function claimNewest(parts: LifecycleParts, by: Identity, { id, latest }: StoredTask): Promise<Claimed> {
  return claimRun(parts, id, latest!.runId, by);
}

async function setWaiting(parts: LifecycleParts, { attempt, claim }: Claimed, waiting: boolean) {
  parts.teller.changed(await parts.store.setWaiting({ ...attempt, claim }, waiting));
}

/** An agent that streams says itself how its script stands. All that can be asked of it is to end that. */
async function askAgent(parts: LifecycleParts, { by, task, step, change }: Move): Promise<void> {
  if (step === "stay" || step === "goOn") return;
  if (change.status === "CANCELLED") return cancelStreaming(parts, by, task, change.message);
  throw new KerutaError(
    "INVALID_STATUS_TRANSITION",
    `an agent runs task ${task.id} and says itself when it is ${change.status}; to end it, cancel it`,
  );
}

function endingOf({ status, message, exitCode, endedAtUs }: StatusChange): Ending {
  return { state: status as Ending["state"], message, exitCode, endedAtUs };
}

/** What was reported of an attempt before does not go on being said of a new one. */
function reported({ step, change: { message, progress, errorCode } }: Move): TaskChanges {
  return {
    ...(step === "begin" ? { message: null, progress: null, errorCode: null } : {}),
    ...(message === undefined ? {} : { message }),
    ...(progress === undefined ? {} : { progress }),
    ...(errorCode === undefined ? {} : { errorCode }),
  };
}
