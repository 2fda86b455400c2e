import { nowUs } from "../../now-us.ts";
import { demand } from "../../permissions.ts";
import type { TaskDetails } from "../../store/log-store.ts";
import type { TaskActions } from "../../task-actions.ts";
import { withoutNothing } from "../../without-nothing.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { taskSchema } from "./schemas.ts";
import { type TaskParts, taskRecord } from "./task-record.ts";
import { changesOf, maxTaskBodyBytes, scriptOf, taskRequest } from "./task-request.ts";

export function createTask(parts: TaskParts, actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Create a task",
      body: { schema: taskRequest, maxBytes: maxTaskBodyBytes },
      answers: { 201: json("The task, which is PENDING.", taskSchema) },
      errors: ["TASK_ALREADY_EXISTS"],
    },
    async ({ context, identity, body: { id, script, ...request } }) => {
      const taskId = id ?? crypto.randomUUID();
      demand(identity, "tasks.create", taskId);
      const now = nowUs();
      const details: TaskDetails = {
        ...withoutNothing(changesOf(request)),
        createdBy: identity.name,
        ...(script ? { script: scriptOf(script, { createdAtUs: now, updatedAtUs: now }) } : {}),
      };
      const task = await actions.createTask(taskId, details);
      const location = `/api/v1/tasks/${encodeURIComponent(taskId)}`;
      return context.json(taskRecord(parts, task), 201, { Location: location });
    },
  );
}
