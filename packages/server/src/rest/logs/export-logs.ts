import { z } from "zod";
import type { Logger } from "../../logger.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { exportFormatNames, exportFormats } from "./export-formats.ts";
import { exportStream } from "./export-stream.ts";
import { chosenAttempts, type LogParts } from "./log-parts.ts";
import { filterOf, lineQuery } from "./log-query.ts";
import { logRecordSchema } from "./schemas.ts";

const query = z.object({
  ...lineQuery,
  format: z.enum(exportFormatNames).default("json").meta({ default: "json" }),
});

export function exportLogs(parts: LogParts, logger: Logger): Endpoint {
  return endpoint(
    {
      summary: "Download the log as a file",
      details:
        "Streamed, whatever its length. Where it breaks off, the connection is cut instead of ended. " +
        "csv: RFC 4180, with an apostrophe before a text that a spreadsheet would take for a formula. " +
        "txt: `[time] [SOURCE] [LEVEL] message`, a record a line; line ends within a message as \\n and \\r.",
      query,
      answers: {
        200: {
          description: "The lines up to now, oldest first.",
          content: {
            "application/json": z.array(logRecordSchema),
            "text/csv": z.string(),
            "text/plain": z.string(),
          },
        },
      },
      errors: ["ATTEMPT_NOT_FOUND"],
    },
    async ({ context, path: { taskId }, query: asked }) => {
      const attempts = await chosenAttempts(parts.store, taskId, asked.attempt);
      const format = exportFormats[asked.format];
      const failed = (err: unknown) =>
        logger.error({ err, taskId, requestId: context.env.requestId }, "an export broke off");
      return new Response(exportStream(parts, attempts, filterOf(asked), format, failed), {
        headers: {
          "Content-Type": format.contentType,
          "Content-Disposition": attachment(`${taskId}_logs.${asked.format}`),
          "Cache-Control": "no-store",
        },
      });
    },
  );
}

/** A header holds ASCII; the name as it is goes beside it (RFC 6266). */
function attachment(name: string): string {
  const plain = name.replaceAll(/[^\w.-]/g, "_");
  const exact = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"${plain === name ? "" : `; filename*=UTF-8''${exact}`}`;
}
