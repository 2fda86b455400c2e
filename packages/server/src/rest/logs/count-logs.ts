import { z } from "zod";
import { type Endpoint, endpoint, json } from "../endpoint.ts";
import { chosenAttempts, type LogParts } from "./log-parts.ts";
import { filterOf, lineQuery } from "./log-query.ts";
import { countLines } from "./page-of-lines.ts";

const logCount = z.object({ count: z.int().min(0) }).meta({ id: "LogCount" });

export function countLogs(parts: LogParts): Endpoint {
  return endpoint(
    {
      summary: "How many lines match",
      query: z.object(lineQuery),
      answers: { 200: json("The number of lines.", logCount) },
      errors: ["ATTEMPT_NOT_FOUND"],
    },
    async ({ context, path, query }) => {
      const attempts = await chosenAttempts(parts.store, path.taskId, query.attempt);
      const filter = filterOf(query);
      let count = 0;
      for (const attempt of attempts) count += await countLines(parts, attempt, filter);
      return context.json({ count });
    },
  );
}
