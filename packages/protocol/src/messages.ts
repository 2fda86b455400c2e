import * as z from "zod/mini";
import { type ErrorCode, errorKinds, KerutaError } from "./errors.ts";
import { limits } from "./limits.ts";
import { levels, sources } from "./line.ts";
import { pack, unpack } from "./message-pack.ts";

/**
 * The native messages on `/ws/tasks/{taskId}` and `/ws/tasks/status`: one MessagePack map with a
 * `type` in each binary WebSocket message, under the subprotocol `keruta.v1`. Unknown keys are
 * ignored, so that either side can be newer.
 */
export const subprotocol = "keruta.v1";
export const protocolVersion = 1;

const sequence = z.int().check(z.nonnegative());
const attemptNumber = z.int().check(z.positive());
const bytes = z.instanceof(Uint8Array);
const shortText = z.string().check(z.maxLength(1_024));

export const attemptStates = ["PROCESSING", "COMPLETED", "FAILED", "CANCELLED"] as const;
export type AttemptState = (typeof attemptStates)[number];

/** How an attempt stands. The REST answers and the messages share this shape. */
export const attemptSummary = z.object({
  taskId: z.string(),
  attempt: attemptNumber,
  state: z.enum(attemptStates),
  /** The last durable line; 0 before the first. */
  head: sequence,
  startedAtUs: z.int(),
  endedAtUs: z.optional(z.int()),
  exitCode: z.optional(z.int()),
  signal: z.optional(z.string()),
  /** Why it ended as it did, for a person: "timed out after 60 s". */
  reason: z.optional(z.string()),
  /** Lines by source and level, as in a chunk's header. */
  counts: z.array(sequence),
  rawBytes: sequence,
  /** Whether an agent is connected now. */
  connected: z.boolean(),
});
export type AttemptSummary = z.infer<typeof attemptSummary>;

/** What an agent or viewer says first and later. */
export const clientMessage = z.discriminatedUnion("type", [
  /** An agent claims an attempt. Answered by `welcome` or `error`. */
  z.object({
    type: z.literal("hello"),
    protocol: z.int(),
    /** UUID of the execution, kept in its spool: the same run is the same attempt for ever. */
    runId: z.string().check(z.minLength(8), z.maxLength(64)),
    /**
     * The claim an earlier `welcome` to this very process gave. Absent: take the attempt over from
     * whoever had it. A claim that has been taken over is refused with SUPERSEDED.
     */
    claim: z.optional(z.int()),
    startedAtUs: z.int(),
    agent: z.object({
      version: shortText,
      host: shortText,
      pid: z.int(),
      command: z.optional(shortText),
      labels: z.optional(z.record(shortText, shortText)),
    }),
  }),
  /** The next lines of the attempt, as a chunk frame. Answered by `ack`, `resume` or `error`. */
  z.object({ type: z.literal("chunk"), chunk: bytes }),
  /** Text not ended by a newline yet; empty: there is none any more. Never stored, never acknowledged. */
  z.object({
    type: z.literal("partial"),
    source: z.enum(sources),
    text: z.string().check(z.maxLength(limits.maxPartialBytes)),
  }),
  /** The script has ended and `lastSequence` is the last line. Answered by `ended` when all of it is durable. */
  z.object({
    type: z.literal("end"),
    lastSequence: sequence,
    state: z.enum(["COMPLETED", "FAILED", "CANCELLED"]),
    endedAtUs: z.int(),
    exitCode: z.optional(z.int()),
    signal: z.optional(shortText),
    reason: z.optional(shortText),
  }),
  /** A viewer asks for an attempt's lines; a second `subscribe` replaces the first. Answered by `subscribed`. */
  z.object({
    type: z.literal("subscribe"),
    protocol: z.int(),
    /** Absent: the newest attempt. 0: none, only the task's status. */
    attempt: z.optional(sequence),
    /** First line wanted. Absent with `tail` absent: from the first line. */
    from: z.optional(sequence),
    /** This many lines from the head instead; 0: only what comes. */
    tail: z.optional(sequence),
    /** Chunks without a line of these are skipped; a chunk that is sent is sent whole. Absent: all. */
    sources: z.optional(z.array(z.enum(sources))),
    levels: z.optional(z.array(z.enum(levels))),
  }),
  /** How many bytes of `chunk` messages (their `chunk` values, summed) the viewer has taken since `subscribed`. */
  z.object({ type: z.literal("ack"), bytes: sequence }),
  z.object({ type: z.literal("pong") }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;
export type Hello = Extract<ClientMessage, { type: "hello" }>;
export type Subscribe = Extract<ClientMessage, { type: "subscribe" }>;
export type End = Extract<ClientMessage, { type: "end" }>;

/** What the server says. */
export const serverMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("welcome"),
    attempt: attemptNumber,
    claim: z.int(),
    /** Last durable line; the agent sends from `head + 1`. */
    head: sequence,
    windowBytes: z.int(),
  }),
  /** Every line up to here is durable. */
  z.object({ type: z.literal("ack"), sequence }),
  /** A chunk was refused (SEQUENCE_GAP): send again from line `next`. */
  z.object({
    type: z.literal("resume"),
    next: sequence,
    code: z.literal("SEQUENCE_GAP"),
    message: z.string(),
  }),
  z.object({ type: z.literal("ended") }),
  z.object({
    type: z.literal("subscribed"),
    /** Absent: the task has no attempt yet; an `attempt` message will name it. */
    attempt: z.optional(attemptSummary),
    /** First line that will be sent. */
    from: sequence,
  }),
  /**
   * Lines of the subscribed attempt, in order, as a chunk or segment frame. It holds the line that is
   * due, but may begin before it, since a segment can have taken the place of chunks in the meantime:
   * skip the lines that came already.
   */
  z.object({ type: z.literal("chunk"), attempt: attemptNumber, chunk: bytes }),
  /** Every line up to here was looked at; those not sent did not match the filter. */
  z.object({ type: z.literal("scanned"), attempt: attemptNumber, sequence }),
  z.object({ type: z.literal("partial"), attempt: attemptNumber, source: z.enum(sources), text: z.string() }),
  /** An attempt of this task began or changed. On `/ws/tasks/status`: of any task, at most a few a second each. */
  z.object({ type: z.literal("attempt"), summary: attemptSummary }),
  /** The attempt has ended and every line of it has been sent. */
  z.object({ type: z.literal("end"), summary: attemptSummary }),
  z.object({ type: z.literal("ping") }),
  /** Connect again after this many milliseconds, to the same address; the connection closes soon (1012). */
  z.object({ type: z.literal("goaway"), reason: z.string(), retryAfterMs: z.int() }),
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

export function encodeMessage(message: ClientMessage | ServerMessage): Uint8Array<ArrayBuffer> {
  return pack(message);
}

/** Throws INVALID_MESSAGE_FORMAT with a sentence that names the key at fault. */
export function decodeClientMessage(bytes: Uint8Array): ClientMessage {
  return decode(clientMessage, bytes);
}

/** Throws INVALID_MESSAGE_FORMAT. */
export function decodeServerMessage(bytes: Uint8Array): ServerMessage {
  return decode(serverMessage, bytes);
}

function decode<T>(schema: z.ZodMiniType<T>, bytes: Uint8Array): T {
  if (bytes.length > limits.maxMessageBytes) throw misread(`it is ${bytes.length} bytes long`);
  let value: unknown;
  try {
    value = unpack(bytes);
  } catch (cause) {
    throw misread("it is not one MessagePack value", cause);
  }
  const result = z.safeParse(schema, value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw misread(`${issue?.path.join(".") || "it"}: ${issue?.message ?? "not valid"}`, result.error);
  }
  const isChunk = (result.data as { type?: unknown }).type === "chunk";
  if (!isChunk && bytes.length > limits.maxControlMessageBytes)
    throw misread(`it is ${bytes.length} bytes long`);
  return result.data;
}

function misread(reason: string, cause?: unknown): KerutaError {
  return new KerutaError("INVALID_MESSAGE_FORMAT", `cannot read the message: ${reason}`, { cause });
}

/** The code of an `error` message, where it is one of ours. */
export function errorCodeOf(code: string): ErrorCode | undefined {
  return Object.hasOwn(errorKinds, code) ? (code as ErrorCode) : undefined;
}
