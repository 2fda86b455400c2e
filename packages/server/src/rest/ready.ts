import { errorKinds } from "@keruta/protocol";
import { z } from "zod";
import type { LogStore } from "../store/log-store.ts";
import { type Endpoint, endpoint, json } from "./endpoint.ts";

const readySchema = z
  .object({
    status: z.enum(["UP", "DOWN"]),
    timestamp: z.iso.datetime(),
    components: z.object({ database: z.enum(["UP", "DOWN"]) }),
  })
  .meta({ id: "Readiness" });

/** Whether requests should be sent here: the store answers, and the server is not about to go. */
export function ready(store: LogStore, isStopping: () => boolean): Endpoint {
  return endpoint(
    {
      summary: "Whether the server can do its work",
      answers: { 200: json("It can.", readySchema), 503: json("Not now.", readySchema) },
    },
    async ({ context }) => {
      const database = await store.tasks({ limit: 1 }).then(
        () => "UP",
        () => "DOWN",
      );
      const status = database === "UP" && !isStopping() ? "UP" : "DOWN";
      context.header("Cache-Control", "no-store");
      const body = { status, timestamp: new Date().toISOString(), components: { database } };
      return context.json(body, status === "UP" ? 200 : errorKinds.SERVER_STOPPING.status);
    },
  );
}
