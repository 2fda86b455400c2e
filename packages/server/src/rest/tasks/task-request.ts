import { isTaskId, limits } from "@keruta/protocol";
import { z } from "zod";
import type { TaskChanges, TaskScript } from "../../store/log-store.ts";
import { withoutNothing } from "../../without-nothing.ts";

/** A task with its scripts. */
export const maxTaskBodyBytes = 1024 * 1024;
/** Written as JSON: lists of tasks hold them. */
const maxObjectBytes = 64 * 1024;

const text = z.string().max(1_024);
const scriptText = z.string();

const object = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => JSON.stringify(value).length <= maxObjectBytes,
    `must not be over ${maxObjectBytes} bytes`,
  );

export const scriptRequest = z
  .object({
    content: scriptText.nullish(),
    language: text.nullish().meta({ examples: ["bash", "python", "node"] }),
    filename: z
      .string()
      .max(255)
      .regex(/^[^/\\\0]+$/, "must be a file's name, not a path")
      .nullish(),
    parameters: object.nullish().meta({ description: "timeout (seconds), workDir, env." }),
    installScript: scriptText.nullish(),
    executeScript: scriptText.nullish(),
    cleanupScript: scriptText.nullish(),
  })
  .meta({ id: "ScriptRequest" });

/** What can be said of a task when it is created, and later. `null` takes it away. */
const details = {
  name: text.nullish(),
  title: text.nullish().meta({ description: "The same as name." }),
  description: z
    .string()
    .max(64 * 1024)
    .nullish(),
  priority: z.int().min(-1_000_000).max(1_000_000).nullish(),
  queueId: text.nullish(),
  parentTaskId: text.nullish(),
  parentId: text.nullish().meta({ description: "The same as parentTaskId." }),
  parameters: object.nullish(),
  metadata: object.nullish(),
};

export const taskChangeRequest = z.object(details).meta({ id: "TaskChangeRequest" });

export const taskRequest = z
  .object({
    id: z
      .string()
      .refine(
        isTaskId,
        `must have no blanks, /, \\, ? or #, and at most ${limits.maxTaskIdLength} characters`,
      )
      .nullish()
      .meta({ description: "Absent: a UUID." }),
    ...details,
    script: z.union([scriptText, scriptRequest]).nullish(),
  })
  .meta({ id: "TaskRequest" });

/** Only what was given. */
export function changesOf(request: z.output<typeof taskChangeRequest>): TaskChanges {
  const { title, parentId, name = title, parentTaskId = parentId, ...others } = request;
  const given = { ...others, name, parentTaskId };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export function scriptOf(
  request: string | z.output<typeof scriptRequest>,
  times: Pick<TaskScript, "createdAtUs" | "updatedAtUs">,
): TaskScript {
  const given = typeof request === "string" ? { content: request } : request;
  return { ...withoutNothing(given), ...times };
}
