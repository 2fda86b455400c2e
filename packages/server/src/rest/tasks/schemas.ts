import { attemptStates, taskStatuses } from "@keruta/protocol";
import { z } from "zod";

const count = z.int().min(0);
const time = z.iso.datetime();
const object = z.record(z.string(), z.unknown());

export const attemptSummarySchema = z
  .object({
    taskId: z.string(),
    attempt: z.int().min(1),
    state: z.enum(attemptStates),
    head: count.meta({ description: "The last durable line; 0 before the first." }),
    startedAtUs: z.int().meta({ description: "Microseconds since 1970." }),
    endedAtUs: z.int().optional(),
    exitCode: z.int().optional(),
    signal: z.string().optional(),
    reason: z.string().optional().meta({ description: "Why it ended as it did." }),
    counts: z.array(count).length(12).meta({
      description: "Lines by source (stdout, stderr, agent) and, within each, level (DEBUG to ERROR).",
    }),
    rawBytes: count.meta({ description: "Bytes of text." }),
    deletedThrough: count
      .optional()
      .meta({ description: "Lines up to this one were deleted; counts and bytes are of what is left." }),
    waitingForInput: z.boolean().optional(),
    lost: z
      .boolean()
      .optional()
      .meta({ description: "Given up because its agent stayed away; it goes on if the agent comes back." }),
    connected: z.boolean().meta({ description: "Whether an agent is connected now." }),
  })
  .meta({ id: "Attempt" });

export const taskSchema = z
  .object({
    id: z.string(),
    name: z.string().meta({ description: "The id where it has no name." }),
    title: z.string().meta({ description: "The same as name." }),
    status: z.enum(taskStatuses),
    createdAt: time,
    updatedAt: time,
    startedAt: time.optional().meta({ description: "Of the newest attempt." }),
    completedAt: time.optional().meta({ description: "When the newest attempt ended, however it did." }),
    exitCode: z.int().optional(),
    description: z.string().optional(),
    priority: z.int().optional(),
    queueId: z.string().optional(),
    parentTaskId: z.string().optional(),
    parentId: z.string().optional().meta({ description: "The same as parentTaskId." }),
    createdBy: z.string().optional(),
    parameters: object.optional(),
    metadata: object.optional(),
    script: z
      .string()
      .optional()
      .meta({ description: "What an agent runs that fetches it; not in lists. All of it: GET …/script." }),
    progress: z.int().min(0).max(100).optional(),
    message: z.string().optional().meta({ description: "What was last reported of how it stands." }),
    errorCode: z.string().optional(),
    attempts: count,
    latest: attemptSummarySchema.optional(),
  })
  .meta({ id: "Task" });

/** What a change of a task's status is answered with, in every documented spelling. */
export const changedTaskSchema = taskSchema
  .extend({ success: z.literal(true), taskId: z.string() })
  .meta({ id: "ChangedTask" });
