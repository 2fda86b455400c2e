import { levels, sources } from "@keruta/protocol";
import { z } from "zod";

export const logRecordSchema = z
  .object({
    id: z.string().meta({ description: "<attempt>-<sequence>", examples: ["1-42"] }),
    taskId: z.string(),
    timestamp: z.iso.datetime(),
    source: z.enum(sources),
    level: z.enum(levels),
    message: z.string(),
    lineNumber: z
      .int()
      .min(1)
      .meta({ description: "1, 2, … within the attempt's lines of the same source that are stored." }),
    sequence: z.int().min(1).meta({ description: "1, 2, … within the attempt; never used again." }),
    metadata: z.record(z.string(), z.unknown()).meta({
      description:
        "The line's own fields; attempt; and continued: true where the next line of the same source is the rest of this one.",
    }),
  })
  .meta({ id: "LogRecord" });
