import type { Identity } from "../identity.ts";
import type { CancelRequest, Claimed, StoredTask } from "../store/log-store.ts";
import { endHttpAttempt } from "./end-http-attempt.ts";
import { isHttpRun } from "./http-run.ts";
import type { LifecycleParts } from "./parts.ts";
import { beginAttempt, claimRun, findTask, hasEnded, isOver, updateTask } from "./tasks.ts";

/** The `cancel` of the contract. */
export function cancelTask(
  parts: LifecycleParts,
  by: Identity,
  taskId: string,
  reason: string | undefined,
): Promise<StoredTask> {
  return parts.turns.take(taskId, async () => {
    const task = await findTask(parts, taskId);
    const { latest } = task;
    if (latest === undefined) await cancelAtOnce(parts, by, await beginAttempt(parts, taskId, by), reason);
    else if (isOver(latest)) throw hasEnded(latest);
    else if (isHttpRun(latest))
      await cancelAtOnce(parts, by, await claimRun(parts, taskId, latest.runId, by), reason);
    else await cancelStreaming(parts, by, task, reason);
    return findTask(parts, taskId);
  });
}

/** Nobody is there to be told. */
function cancelAtOnce(parts: LifecycleParts, by: Identity, claimed: Claimed, reason: string | undefined) {
  return endHttpAttempt(parts, by, claimed, { state: "CANCELLED", message: reason });
}

/**
 * Tells the agents of the task, now or when they come back; they end their scripts and say so. A wish that is there
 * already stands, and is told again.
 */
export async function cancelStreaming(
  parts: LifecycleParts,
  by: Identity,
  task: StoredTask,
  reason: string | undefined,
): Promise<void> {
  const throughAttempt = task.latest!.attempt;
  const before = task.details.cancelRequest;
  const isNew = before === undefined || before.throughAttempt < throughAttempt;
  const request = isNew ? requestOf(by, throughAttempt, reason) : before;
  if (isNew) await updateTask(parts, task.id, { cancelRequest: request });
  for (const agent of parts.agents.agentsOfTask(task.id)) agent.send(cancelOrder(request));
  if (isNew && parts.agents.agentOf(task.latest!) === undefined)
    await parts.inserter.say(task.latest!, "WARN", awayText(request));
}

export function cancelOrder({ by, reason }: CancelRequest) {
  return { type: "cancel", by, ...(reason === undefined ? {} : { reason }) } as const;
}

function requestOf({ name }: Identity, throughAttempt: number, reason: string | undefined): CancelRequest {
  return { throughAttempt, by: name, ...(reason === undefined ? {} : { reason }) };
}

/** An agent that is there says itself, in its own lines, who has ended its script. */
function awayText({ by, reason }: CancelRequest): string {
  const why = reason === undefined ? "" : ` (${reason})`;
  return `${by} wants the script to be ended${why}; its agent is away and is told when it comes back`;
}
