import type { TaskStatus } from "@keruta/protocol";
import { z } from "zod";
import type { Identity } from "../../identity.ts";
import { timeUsOf } from "../../iso-time.ts";
import type { StatusChange, TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json, type RestContext } from "../endpoint.ts";
import { changedTaskSchema } from "./schemas.ts";
import { statusWord } from "./status-words.ts";
import { type TaskParts, taskRecord } from "./task-record.ts";
import { withoutNothing } from "./task-request.ts";

const maxBodyBytes = 128 * 1024;

/** What can be reported along with a status. */
const report = {
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

const reportRequest = z.object(report).meta({ id: "StatusReport" });
const statusRequest = z.object({ status: statusWord, ...report }).meta({ id: "StatusRequest" });

const answers = { 200: json("The task.", changedTaskSchema) };
const errors = ["TASK_ALREADY_COMPLETED", "INVALID_STATUS_TRANSITION"] as const;

export function setStatus(parts: TaskParts, actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: "Say how a task stands",
      details:
        "PROCESSING begins an attempt; COMPLETED, FAILED and CANCELLED end it. The same status again is no error. " +
        "Where an agent that streams runs the task, it says itself how that ends.",
      body: { schema: statusRequest, maxBytes: maxBodyBytes },
      answers,
      errors,
    },
    ({ context, identity, path, body: { status, ...given } }) =>
      change(parts, actions, context, identity, path.taskId, status, given),
  );
}

/** The documented addresses that stand for one status each. */
export function moveTo(status: TaskStatus, parts: TaskParts, actions: TaskActions): Endpoint {
  return endpoint(
    {
      summary: `The same as the status ${status}`,
      body: { schema: reportRequest, maxBytes: maxBodyBytes, optional: true },
      answers,
      errors,
    },
    ({ context, identity, path, body }) =>
      change(parts, actions, context, identity, path.taskId, status, body),
  );
}

async function change(
  parts: TaskParts,
  actions: TaskActions,
  context: RestContext,
  identity: Identity,
  taskId: string,
  status: TaskStatus,
  { completedAt, ...given }: z.output<typeof reportRequest>,
): Promise<Response> {
  const endedAtUs = typeof completedAt === "string" ? { endedAtUs: timeUsOf(completedAt)! } : {};
  const reported: StatusChange = { status, ...withoutNothing(given), ...endedAtUs };
  const task = await actions.setStatus(identity, taskId, reported);
  return context.json({ ...taskRecord(parts, task), success: true, taskId });
}
