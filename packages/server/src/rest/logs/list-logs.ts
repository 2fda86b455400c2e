import { z } from "zod";
import type { LogRecord } from "../../log-record.ts";
import type { StoredAttempt } from "../../store/log-store.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { queryNumber } from "../query-values.ts";
import type { LineFilter } from "./line-filter.ts";
import { chosenAttempts, type LogParts } from "./log-parts.ts";
import { filterOf, lineQuery } from "./log-query.ts";
import { countLines, type Places, recordsAt } from "./page-of-lines.ts";
import { logRecordSchema } from "./schemas.ts";

const maxPageSize = 10_000;

const query = z.object({
  ...lineQuery,
  page: queryNumber({ min: 0, max: 1e12, absent: 0, description: "Counted from 0." }),
  size: queryNumber({ min: 1, max: maxPageSize, absent: 100, description: "Records a page." }),
  order: z
    .enum(["asc", "desc"])
    .default("asc")
    .meta({ description: "asc: oldest line first, and oldest attempt first." }),
});

const logPage = z
  .object({
    content: z.array(logRecordSchema),
    totalElements: z.int().min(0),
    totalPages: z.int().min(0),
    size: z.int().min(1),
    number: z.int().min(0),
  })
  .meta({ id: "LogPage" });

export function listLogs(parts: LogParts): Endpoint {
  return endpoint(
    {
      summary: "A page of a task's log",
      query,
      answers: { 200: json("The lines of the page, and how many there are in all.", logPage) },
      errors: ["ATTEMPT_NOT_FOUND"],
    },
    async ({ context, path, query: asked }) => {
      const { page, size, order } = asked;
      const attempts = await chosenAttempts(parts.store, path.taskId, asked.attempt);
      const filter = filterOf(asked);
      const counts: number[] = [];
      for (const attempt of attempts) counts.push(await countLines(parts, attempt, filter));
      const total = counts.reduce((sum, count) => sum + count, 0);
      const places = placesOf(page, size, order === "desc" ? total : undefined);
      const content = await recordsOf(parts, attempts, counts, filter, places);
      return context.json({
        content: order === "desc" ? content.reverse() : content,
        totalElements: total,
        totalPages: Math.ceil(total / size),
        size,
        number: page,
      });
    },
  );
}

/** Counted from the oldest line, also where the newest come first: then a page ends where the one before it began. */
function placesOf(page: number, size: number, fromEnd: number | undefined): Places {
  if (fromEnd === undefined) return { start: page * size, end: (page + 1) * size };
  return { start: Math.max(0, fromEnd - (page + 1) * size), end: Math.max(0, fromEnd - page * size) };
}

async function recordsOf(
  parts: LogParts,
  attempts: readonly StoredAttempt[],
  counts: readonly number[],
  filter: LineFilter,
  { start, end }: Places,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let first = 0;
  for (const [i, attempt] of attempts.entries()) {
    const next = first + counts[i]!;
    if (next > start && first < end)
      records.push(
        ...(await recordsAt(parts, attempt, filter, {
          start: Math.max(0, start - first),
          end: Math.min(counts[i]!, end - first),
        })),
      );
    first = next;
  }
  return records;
}
