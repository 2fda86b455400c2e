import type { TaskStatus } from "@keruta/protocol";
import { z } from "zod";
import { timeUsOf } from "./iso-time.ts";
import type { StatusChange } from "./task-actions.ts";
import { withoutNothing } from "./without-nothing.ts";

/** What can be reported along with a status, by REST or in a JSON message. */
export const statusReport = {
  message: z
    .string()
    .max(64 * 1024)
    .nullish(),
  progress: z.int().min(0).max(100).nullish(),
  errorCode: z.string().max(256).nullish(),
  exitCode: z.int().min(0).max(255).nullish(),
  completedAt: z
    .string()
    .refine((text) => timeUsOf(text) !== undefined, "must be an ISO 8601 time from 1970 on")
    .nullish()
    .meta({ description: "When it ended. Absent: now." }),
};

export type StatusReport = z.output<z.ZodObject<typeof statusReport>>;

export function statusChange(
  status: TaskStatus,
  { message, progress, errorCode, exitCode, completedAt }: StatusReport,
): StatusChange {
  const endedAtUs = typeof completedAt === "string" ? timeUsOf(completedAt) : undefined;
  return { status, ...withoutNothing({ message, progress, errorCode, exitCode, endedAtUs }) };
}
