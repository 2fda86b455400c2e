import { type TaskStatus, taskStatuses } from "@keruta/protocol";
import { z } from "zod";

/** Other words for ours, as clients say them. */
const otherWords: Readonly<Record<string, TaskStatus>> = {
  IN_PROGRESS: "PROCESSING",
  RUNNING: "PROCESSING",
  STARTED: "PROCESSING",
  QUEUED: "PENDING",
  WAITING: "WAITING_FOR_INPUT",
  SUCCESS: "COMPLETED",
  SUCCEEDED: "COMPLETED",
  ERROR: "FAILED",
  CANCELED: "CANCELLED",
};

const reason = `must be one of ${taskStatuses.join(", ")}`;

/** A status in any spelling: also in lower case, and by the words of other programs. */
export const statusWord = z
  .string()
  .max(64)
  .refine((word) => statusOf(word) !== undefined, reason)
  .transform((word) => statusOf(word)!)
  .meta({
    description: `${taskStatuses.join(", ")}, in any case; also ${Object.keys(otherWords).join(", ")} for the nearest of these.`,
  });

function statusOf(word: string): TaskStatus | undefined {
  const upper = word.trim().toUpperCase().replaceAll("-", "_");
  return taskStatuses.find((status) => status === upper) ?? otherWords[upper];
}
