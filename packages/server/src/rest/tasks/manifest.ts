import { KerutaError, type Manifest } from "@keruta/protocol";
import { z } from "zod";
import { attemptSummary } from "../../store/attempt-summary.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { matches } from "../if-none-match.ts";
import { queryNumber } from "../query-values.ts";
import { attemptSummarySchema } from "./schemas.ts";
import type { TaskParts } from "./task-record.ts";

const count = z.int().min(0);

const manifestSchema = z
  .object({
    summary: attemptSummarySchema,
    segments: z.array(
      z.object({
        firstSequence: count,
        lineCount: count,
        firstTimeUs: count,
        lastTimeUs: count,
        rawBytes: count,
        columnsBytes: count,
        invalidBytes: count,
        counts: z.array(count).length(12),
        bodyBytes: count,
        checksum: count,
      }),
    ),
    sealedThrough: count,
  })
  .meta({ id: "Manifest" });

const query = z.object({
  after: queryNumber({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    absent: 0,
    description: "Only segments that begin behind this line.",
  }),
});

/** The manifest, or 304 where the reader has this one already. */
export function getManifest(parts: TaskParts): Endpoint {
  return endpoint(
    {
      summary: "What there is of an attempt's log, in segments",
      query,
      answers: {
        200: json("The manifest.", manifestSchema),
        304: { description: "It is the one that If-None-Match names." },
      },
      errors: ["ATTEMPT_NOT_FOUND"],
    },
    async ({ context, path: { taskId, attempt }, query: { after } }) => {
      const stored = await parts.store.manifest({ taskId, attempt }, after);
      if (stored === undefined)
        throw new KerutaError("ATTEMPT_NOT_FOUND", `task ${taskId} has no attempt ${attempt}`);
      const { segments, sealedThrough } = stored;
      const summary = attemptSummary(stored.attempt, parts.isConnected(stored.attempt));
      const body = JSON.stringify({ summary, segments, sealedThrough } satisfies Manifest);
      const etag = `"${Bun.hash(body).toString(36)}"`;
      const headers = { ETag: etag, "Cache-Control": "no-cache" };
      if (matches(context.req.header("if-none-match"), etag)) return context.body(null, 304, headers);
      return context.body(body, 200, { ...headers, "Content-Type": "application/json" });
    },
  );
}
