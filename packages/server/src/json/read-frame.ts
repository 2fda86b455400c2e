import { isTaskId, KerutaError } from "@keruta/protocol";
import { z } from "zod";
import { FieldsError, fieldsOf } from "../fields-error.ts";
import { inputRequest } from "../input-request.ts";
import { statusChange, statusReport } from "../status-report.ts";
import { statusWord } from "../status-words.ts";
import { checkSubmissionSize, submittedLineOf } from "../submitted-line.ts";
import type { StatusChange, SubmittedLine } from "../task-actions.ts";
import { type SubscribeOptions, subscribeOptions, subscribeOptionsSchema } from "./subscribe-options.ts";

/** What a peer says in one text message. */
export type Frame =
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "ping" | "pong" }
  | { readonly type: "subscribe"; readonly taskId: string; readonly options: SubscribeOptions }
  | { readonly type: "unsubscribe"; readonly taskId: string }
  | { readonly type: "log"; readonly taskId: string; readonly line: SubmittedLine }
  | ({ readonly type: "logs"; readonly taskId: string } & Batch)
  | { readonly type: "status"; readonly taskId: string; readonly change: StatusChange }
  | { readonly type: "input"; readonly taskId: string; readonly request: z.output<typeof inputRequest> }
  | { readonly type: "cancel"; readonly taskId: string; readonly reason: string | undefined };

export interface Batch {
  readonly lines: readonly SubmittedLine[];
  /** The producer's own number of the first line. */
  readonly firstSeq: number | undefined;
  /** Its numbers count within this run; absent: they only come back in the `ack`. */
  readonly runId: string | undefined;
}

type Value = Readonly<Record<string, unknown>>;

/** What a message is read for. */
interface Address {
  /** Of the message, or else of the connection's address. */
  readonly taskId: string;
  readonly value: Value;
}

/**
 * Reads one message in any documented shape; `placeTaskId` is the task of the connection's address. Throws INVALID_MESSAGE_FORMAT,
 * INVALID_LOG_FORMAT, INVALID_INPUT or PAYLOAD_TOO_LARGE with a sentence that says what is wrong.
 */
export function readFrame(data: string | Uint8Array, placeTaskId: string | undefined): Frame {
  const value = parsedObject(data);
  const type = typeOf(value);
  if (type === "ping" || type === "pong") return { type };
  if (type === "auth") return { type, token: read(auth, value).token };
  const reader = Object.hasOwn(readers, type) ? readers[type as keyof typeof readers] : undefined;
  if (reader === undefined) throw unknown(type);
  return reader({ value, taskId: taskIdOf(value, placeTaskId) });
}

const auth = z.object({ token: z.string().min(1) });
const subscribe = z.object({ options: subscribeOptionsSchema.nullish() });
/** As long as a native run's id may be, with what the server puts before it. */
const runId = z.string().min(1).max(56);
const batch = z.object({
  logs: z.array(z.unknown()).min(1),
  firstSeq: z.int().positive().nullish(),
  runId: runId.nullish(),
});
const status = z.object({ status: statusWord, ...statusReport });
const cancel = z.object({ reason: z.string().max(1_024).nullish() });

const readers = {
  subscribe: ({ taskId, value }: Address): Frame => {
    const options = subscribeOptions(read(subscribe, value).options ?? undefined);
    return { type: "subscribe", taskId, options };
  },
  unsubscribe: ({ taskId }: Address): Frame => ({ type: "unsubscribe", taskId }),
  log: ({ taskId, value }: Address): Frame => ({
    type: "log",
    taskId,
    line: submittedLineOf(value, { taskId }),
  }),
  logs: readBatch,
  status: ({ taskId, value }: Address): Frame => {
    const { status: word, ...report } = read(status, value);
    return { type: "status", taskId, change: statusChange(word, report) };
  },
  input: ({ taskId, value }: Address): Frame => ({
    type: "input",
    taskId,
    request: read(inputRequest, value),
  }),
  cancel: ({ taskId, value }: Address): Frame => {
    return { type: "cancel", taskId, reason: read(cancel, value).reason ?? undefined };
  },
};

function readBatch({ taskId, value }: Address): Frame {
  const given = read(batch, value);
  const lines = given.logs.map((line, index) => submittedLineOf(line, { taskId, at: `logs[${index}]` }));
  checkSubmissionSize(lines);
  const [firstSeq, runId] = [given.firstSeq ?? undefined, given.runId ?? undefined];
  if (runId !== undefined && firstSeq === undefined)
    throw misread("a run's lines are numbered: firstSeq is missing");
  return { type: "logs", taskId, lines, firstSeq, runId };
}

/** The JSON object of a message. Throws INVALID_MESSAGE_FORMAT. */
export function parsedObject(data: string | Uint8Array): Value {
  if (typeof data !== "string")
    throw misread("it is binary; the native protocol is asked for by the subprotocol keruta.v1");
  const value = parsed(data);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw misread("it is not a JSON object");
  return value as Value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw misread("it is not JSON");
  }
}

/** Agents of old leave out the type of a line, or call it by another name. */
function typeOf(value: Value): string {
  const { type } = value;
  if (type === "task_log") return "log";
  if (typeof type === "string") return type;
  if (type !== undefined && type !== null) throw misread("its type is not text");
  if (isLine(value) || isLine(value["log"]) || isLine(value["data"])) return "log";
  throw misread("it has no type");
}

function isLine(value: unknown): boolean {
  return typeof value === "object" && value !== null && "level" in value && "message" in value;
}

function taskIdOf({ taskId: given }: Value, placeTaskId: string | undefined): string {
  const taskId = given ?? placeTaskId;
  if (taskId === undefined) throw misread("taskId is missing, and the address names no task");
  if (typeof taskId !== "string" || !isTaskId(taskId))
    throw new KerutaError("INVALID_INPUT", "taskId is not an id a task can have");
  if (placeTaskId !== undefined && taskId !== placeTaskId)
    throw misread("taskId names another task than the address");
  return taskId;
}

function read<T>(schema: z.ZodType<T>, value: Value): T {
  const { success, data, error } = schema.safeParse(value);
  if (!success) throw new FieldsError("INVALID_MESSAGE_FORMAT", "cannot read the message", fieldsOf(error));
  return data;
}

function unknown(type: string): KerutaError {
  const known = ["auth", ...Object.keys(readers), "ping"].join(", ");
  return misread(`type ${JSON.stringify(type.slice(0, 64))} is not known; there are ${known}`);
}

function misread(reason: string): KerutaError {
  return new KerutaError("INVALID_MESSAGE_FORMAT", `cannot read the message: ${reason}`);
}
