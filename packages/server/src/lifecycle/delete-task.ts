import { KerutaError } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import { cancelOrder } from "./cancel-task.ts";
import type { LifecycleParts } from "./parts.ts";
import { throwNotFound } from "./tasks.ts";

/** The `deleteTask` of the contract. */
export function deleteTask(parts: LifecycleParts, { name }: Identity, taskId: string): Promise<void> {
  return parts.turns.take(taskId, async () => {
    const agents = parts.agents.agentsOfTask(taskId);
    for (const agent of agents) {
      const throughAttempt = agent.key.attempt;
      agent.send(cancelOrder({ throughAttempt, by: name, reason: "the task was deleted" }));
    }
    if (!(await parts.store.deleteTask(taskId))) throwNotFound(taskId);
    const why = new KerutaError("TASK_NOT_FOUND", `task ${taskId} was deleted by ${name}`);
    for (const agent of agents) agent.dismiss(why);
    parts.taskDeleted(taskId);
  });
}
