import { levels, sources } from "@keruta/protocol";
import { z } from "zod";
import { isoTime } from "../../iso-time.ts";
import type { StoredAttempt } from "../../store/log-store.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { LineFilter } from "./line-filter.ts";
import { chosenAttempts, type LogParts } from "./log-parts.ts";
import { attemptQuery } from "./log-query.ts";

const count = z.int().min(0);

const logStats = z
  .object({
    taskId: z.string(),
    totalLogs: count,
    logCounts: z.object({ stdout: count, stderr: count, agent: count }),
    levelCounts: z.object({ DEBUG: count, INFO: count, WARN: count, ERROR: count }),
    timeRange: z
      .object({ start: z.iso.datetime().nullable(), end: z.iso.datetime().nullable() })
      .meta({ description: "Of the first and the last line; null where there is none." }),
    lastUpdated: z.iso.datetime().nullable().meta({ description: "The time of the newest line." }),
  })
  .meta({ id: "LogStats" });

export function logStatistics(parts: LogParts): Endpoint {
  return endpoint(
    {
      summary: "How many lines there are, by source and level",
      query: z.object(attemptQuery),
      answers: { 200: json("Counts, and when the lines were written.", logStats) },
      errors: ["ATTEMPT_NOT_FOUND"],
    },
    async ({ context, path, query }) => {
      const attempts = await chosenAttempts(parts.store, path.taskId, query.attempt);
      const [start, end] = await timeRange(parts, attempts);
      return context.json({
        taskId: path.taskId,
        totalLogs: countOf(attempts, {}),
        logCounts: byName(sources, (source) => countOf(attempts, { source })),
        levelCounts: byName(levels, (level) => countOf(attempts, { level })),
        timeRange: { start, end },
        lastUpdated: end,
      });
    },
  );
}

function byName<Name extends string>(
  names: readonly Name[],
  countOfName: (name: Name) => number,
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, countOfName(name)])) as Record<Name, number>;
}

function countOf(
  attempts: readonly StoredAttempt[],
  options: ConstructorParameters<typeof LineFilter>[0],
): number {
  const filter = new LineFilter(options);
  return attempts.reduce((sum, { counts }) => sum + filter.countIn(counts), 0);
}

async function timeRange(
  { indexes }: LogParts,
  attempts: readonly StoredAttempt[],
): Promise<[string, string] | [null, null]> {
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = 0;
  for (const attempt of attempts)
    for (const { firstTimeUs, lastTimeUs } of (await indexes.of(attempt))?.headers ?? []) {
      firstUs = Math.min(firstUs, firstTimeUs);
      lastUs = Math.max(lastUs, lastTimeUs);
    }
  return firstUs <= lastUs ? [isoTime(firstUs), isoTime(lastUs)] : [null, null];
}
