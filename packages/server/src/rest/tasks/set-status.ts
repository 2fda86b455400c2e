import type { TaskStatus } from "@keruta/protocol";
import { z } from "zod";
import type { Identity } from "../../identity.ts";
import { type StatusReport, statusChange, statusReport } from "../../status-report.ts";
import { statusWord } from "../../status-words.ts";
import type { TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json, type RestContext } from "../endpoint.ts";
import { changedTaskSchema } from "./schemas.ts";
import { type TaskParts, taskRecord } from "./task-record.ts";

const maxBodyBytes = 128 * 1024;

const reportRequest = z.object(statusReport).meta({ id: "StatusReport" });
const statusRequest = z.object({ status: statusWord, ...statusReport }).meta({ id: "StatusRequest" });

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
  report: StatusReport,
): Promise<Response> {
  const task = await actions.setStatus(identity, taskId, statusChange(status, report));
  return context.json({ ...taskRecord(parts, task), success: true, taskId });
}
