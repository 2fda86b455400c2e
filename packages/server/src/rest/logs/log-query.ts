import { z } from "zod";
import { queryLevel, querySource, queryTime, queryTimeInclusive } from "../query-values.ts";
import { LineFilter } from "./line-filter.ts";

const from = queryTime("The first moment that is wanted.");
const to = queryTimeInclusive("The last moment that is wanted, the whole of its millisecond.");

/** Which attempts. */
export const attemptQuery = {
  attempt: z
    .string()
    .regex(/^(latest|[1-9]\d{0,14})$/, 'must be a whole number from 1 on, or "latest"')
    .transform((text) => (text === "latest" ? text : Number(text)))
    .optional()
    .meta({ description: "One execution: its number, or latest. Absent: all, oldest first." }),
};

/** Which lines: the same everywhere. */
export const lineQuery = {
  ...attemptQuery,
  source: querySource.optional(),
  level: queryLevel.optional(),
  from: from.optional(),
  to: to.optional(),
  startTime: from.optional().meta({ description: "The same as from.", deprecated: true }),
  endTime: to.optional().meta({ description: "The same as to.", deprecated: true }),
};

const lineQuerySchema = z.object(lineQuery);

export function filterOf(query: z.output<typeof lineQuerySchema>): LineFilter {
  const { source, level } = query;
  return new LineFilter({
    source,
    level,
    fromUs: query.from ?? query.startTime,
    throughUs: query.to ?? query.endTime,
  });
}
