import { z } from "zod";
import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";

const takenInput = z
  .object({ id: z.int().min(1), taskId: z.string(), input: z.string(), eof: z.boolean() })
  .meta({ id: "TakenInput" });

export function takeInput(actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Take the oldest input that waits",
      details: "For agents that ask again and again. Every input is given out once.",
      answers: {
        200: json("The input, which does not wait any more.", takenInput),
        204: { description: "None waits." },
      },
    },
    async ({ context, path: { taskId } }) => {
      // A HEAD would take it and show it to nobody.
      const input = context.req.method === "GET" ? await actions.takeInput(taskId) : undefined;
      context.header("Cache-Control", "no-store");
      if (input === undefined) return context.body(null, 204);
      return context.json({ id: input.id, taskId, input: input.text, eof: input.eof });
    },
  );
}
