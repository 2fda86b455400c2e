import { KerutaError, type TaskStatus, taskStatuses } from "@keruta/protocol";
import type { Context } from "hono";
import { queryNumber, taskIdOf } from "./parameters.ts";
import { type RestParts, taskRecordOf } from "./records.ts";

const defaultPage = 100;
const maxPage = 1_000;

export function listTasks(parts: RestParts): (context: Context) => Promise<Response> {
  return async (context) => {
    const status = statusOf(context.req.query("status"));
    const q = context.req.query("q");
    const before = context.req.query("before");
    const limit = Math.min(maxPage, queryNumber(context, "limit", defaultPage));
    const tasks = await parts.store.tasks({
      limit,
      ...(status === undefined ? {} : { status }),
      ...(q === undefined ? {} : { q }),
      ...(before === undefined ? {} : { before }),
    });
    return context.json(tasks.map((task) => taskRecordOf(parts, task)));
  };
}

export function getTask(parts: RestParts): (context: Context) => Promise<Response> {
  return async (context) => {
    const taskId = taskIdOf(context);
    const task = await parts.store.task(taskId);
    if (task === undefined) throw new KerutaError("TASK_NOT_FOUND", `there is no task ${taskId}`);
    return context.json(taskRecordOf(parts, task));
  };
}

function statusOf(text: string | undefined): TaskStatus | undefined {
  if (text === undefined) return undefined;
  const status = taskStatuses.find((known) => known === text);
  if (status === undefined)
    throw new KerutaError("INVALID_INPUT", `status must be one of ${taskStatuses.join(", ")}`);
  return status;
}
