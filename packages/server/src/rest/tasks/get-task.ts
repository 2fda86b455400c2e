import { KerutaError } from "@keruta/protocol";
import type { StoredTask } from "../../store/log-store.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { taskSchema } from "./schemas.ts";
import { type TaskParts, taskRecord } from "./task-record.ts";

export function getTask(parts: TaskParts): Endpoint {
  return endpoint(
    { summary: "A task", answers: { 200: json("The task.", taskSchema) } },
    async ({ context, path }) => context.json(taskRecord(parts, await findTask(parts, path.taskId))),
  );
}

/** Throws TASK_NOT_FOUND. */
export async function findTask({ store }: Pick<TaskParts, "store">, taskId: string): Promise<StoredTask> {
  const task = await store.task(taskId);
  if (task === undefined) throw new KerutaError("TASK_NOT_FOUND", `there is no task ${taskId}`);
  return task;
}
