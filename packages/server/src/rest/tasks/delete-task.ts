import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";

export function deleteTask(actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Delete a task and its log",
      details: "An agent that is running it is told to end its script.",
      answers: { 204: { description: "It is gone." } },
    },
    async ({ context, identity, path }) => {
      await actions.deleteTask(identity, path.taskId);
      return context.body(null, 204);
    },
  );
}
