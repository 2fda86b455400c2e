import { z } from "zod";
import type { MetricsReader } from "../metrics-reader.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";

const metricsSchema = z
  .looseObject({
    active_tasks: z.int().describe("Tasks that run or wait for input"),
    queue_length: z.int().describe("Tasks that have not begun"),
    metrics: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  })
  .meta({ id: "Metrics" });

/** Prometheus asks for text. Older documents show JSON, for those who accept nothing else. */
export function metrics(reader: MetricsReader): Endpoint {
  return endpoint(
    {
      summary: "Figures about the server, for Prometheus",
      details: "JSON where the request accepts `application/json`. Every metric: docs/metrics.md.",
      answers: {
        200: {
          description: "They are read at the moment of asking.",
          content: { "text/plain": z.string(), "application/json": metricsSchema },
        },
      },
    },
    async ({ context }) => {
      context.header("Cache-Control", "no-store");
      const accepted = context.req.header("accept") ?? "";
      if (accepted.includes("application/json")) return context.json(await reader.json());
      return context.body(await reader.text(), 200, { "Content-Type": reader.contentType });
    },
  );
}
