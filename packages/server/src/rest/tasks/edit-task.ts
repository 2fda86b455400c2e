import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { taskSchema } from "./schemas.ts";
import { type TaskParts, taskRecord } from "./task-record.ts";
import { changesOf, maxTaskBodyBytes, taskChangeRequest } from "./task-request.ts";

export function editTask(parts: TaskParts, actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Change what is known of a task",
      details: "What is not given stays; null takes it away.",
      body: { schema: taskChangeRequest, maxBytes: maxTaskBodyBytes },
      answers: { 200: json("The task.", taskSchema) },
    },
    async ({ context, path, body }) => {
      const task = await actions.updateTask(path.taskId, changesOf(body));
      return context.json(taskRecord(parts, task));
    },
  );
}
