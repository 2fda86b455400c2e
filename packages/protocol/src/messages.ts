import * as v from "valibot";
import { type ErrorCode, errorKinds, KerutaError } from "./errors.ts";
import { limits } from "./limits.ts";
import { levels, sources } from "./line.ts";
import { pack, unpack } from "./message-pack.ts";
import { count as sequence, whole } from "./number-schemas.ts";

/**
 * The native messages on `/ws/tasks/{taskId}` and `/ws/tasks/status`: one MessagePack map with a
 * `type` in each binary WebSocket message, under the subprotocol `keruta.v1`. Unknown keys are
 * ignored, so that either side can be newer.
 */
export const subprotocol = "keruta.v1";
export const protocolVersion = 1;

const attemptNumber = v.pipe(whole, v.minValue(1));
const bytes = v.instance(Uint8Array);
const shortText = v.pipe(v.string(), v.maxLength(1_024));

export const attemptStates = ["PROCESSING", "COMPLETED", "FAILED", "CANCELLED"] as const;
export type AttemptState = (typeof attemptStates)[number];

/** How an attempt stands. The REST answers and the messages share this shape. */
export const attemptSummary = v.object({
  taskId: v.string(),
  attempt: attemptNumber,
  state: v.picklist(attemptStates),
  /** The last durable line; 0 before the first. */
  head: sequence,
  startedAtUs: whole,
  endedAtUs: v.optional(whole),
  exitCode: v.optional(whole),
  signal: v.optional(v.string()),
  /** Why it ended as it did, for a person: "timed out after 60 s". */
  reason: v.optional(v.string()),
  /** Lines by source and level, as in a chunk's header. */
  counts: v.array(sequence),
  rawBytes: sequence,
  /** Lines up to here were deleted; `counts` and `rawBytes` are of those that are left. Absent: none was. */
  deletedThrough: v.optional(sequence),
  /** The script waits for something to be written to its standard input. */
  waitingForInput: v.optional(v.boolean()),
  /** It was given up because its agent stayed away; it goes on if the agent comes back. */
  lost: v.optional(v.boolean()),
  /** Whether an agent is connected now. */
  connected: v.boolean(),
});
export type AttemptSummary = v.InferOutput<typeof attemptSummary>;

/** Throws where it is not one. */
export const readAttemptSummary = v.parser(attemptSummary);

/** What an agent or viewer says first and later. */
const clientMessage = once(() =>
  v.variant("type", [
    /** An agent claims an attempt. Answered by `welcome` or `error`. */
    v.object({
      type: v.literal("hello"),
      protocol: whole,
      /** UUID of the execution, kept in its spool: the same run is the same attempt for ever. */
      runId: v.pipe(v.string(), v.minLength(8), v.maxLength(64)),
      /**
       * The claim an earlier `welcome` to this very process gave. Absent: take the attempt over from
       * whoever had it. A claim that has been taken over is refused with SUPERSEDED.
       */
      claim: v.optional(whole),
      startedAtUs: whole,
      agent: v.object({
        version: shortText,
        host: shortText,
        pid: whole,
        command: v.optional(shortText),
        labels: v.optional(v.record(shortText, shortText)),
      }),
    }),
    /** The next lines of the attempt, as a chunk frame. Answered by `ack`, `resume` or `error`. */
    v.object({ type: v.literal("chunk"), chunk: bytes }),
    /** Text not ended by a newline yet; empty: there is none any more. Never stored, never acknowledged. */
    v.object({
      type: v.literal("partial"),
      source: v.picklist(sources),
      text: v.pipe(v.string(), v.maxLength(limits.maxPartialBytes)),
    }),
    /** The script has ended and `lastSequence` is the last line. Answered by `ended` when all of it is durable. */
    v.object({
      type: v.literal("end"),
      lastSequence: sequence,
      state: v.picklist(["COMPLETED", "FAILED", "CANCELLED"]),
      endedAtUs: whole,
      exitCode: v.optional(whole),
      signal: v.optional(shortText),
      reason: v.optional(shortText),
    }),
    /** Whether the script waits for standard input. The server forgets it when the attempt ends. */
    v.object({ type: v.literal("waiting"), waiting: v.boolean() }),
    /** An `input` reached the script, or cannot (`refused` says why); the server does not send it again. */
    v.object({ type: v.literal("inputTaken"), id: sequence, refused: v.optional(shortText) }),
    /** A viewer asks for an attempt's lines; a second `subscribe` replaces the first. Answered by `subscribed`. */
    v.object({
      type: v.literal("subscribe"),
      protocol: whole,
      /** Absent: the newest attempt. 0: none, only the task's status. */
      attempt: v.optional(sequence),
      /** First line wanted. Absent with `tail` absent: from the first line. */
      from: v.optional(sequence),
      /** This many lines from the head instead; 0: only what comes. */
      tail: v.optional(sequence),
      /** Chunks without a line of these are skipped; a chunk that is sent is sent whole. Absent: all. */
      sources: v.optional(v.array(v.picklist(sources))),
      levels: v.optional(v.array(v.picklist(levels))),
    }),
    /** How many bytes of `chunk` messages (their `chunk` values, summed) the viewer has taken since `subscribed`. */
    v.object({ type: v.literal("ack"), bytes: sequence }),
    v.object({ type: v.literal("pong") }),
  ]),
);
export type ClientMessage = v.InferOutput<ReturnType<typeof clientMessage>>;
export type Hello = Extract<ClientMessage, { type: "hello" }>;
export type Subscribe = Extract<ClientMessage, { type: "subscribe" }>;
export type End = Extract<ClientMessage, { type: "end" }>;

/** What the server says. */
const serverMessage = once(() =>
  v.variant("type", [
    v.object({
      type: v.literal("welcome"),
      attempt: attemptNumber,
      claim: whole,
      /** Last durable line; the agent sends from `head + 1`. */
      head: sequence,
      windowBytes: whole,
    }),
    /** Every line up to here is durable. */
    v.object({ type: v.literal("ack"), sequence }),
    /** A chunk was refused (SEQUENCE_GAP): send again from line `next`. */
    v.object({
      type: v.literal("resume"),
      next: sequence,
      code: v.literal("SEQUENCE_GAP"),
      message: v.string(),
    }),
    v.object({ type: v.literal("ended") }),
    /**
     * For the script's standard input, in ascending `id`s, from whoever `by` names. It comes again after a reconnect until
     * `inputTaken` names its id, so an agent ignores an id it has taken. `eof`: close the input after it.
     */
    v.object({
      type: v.literal("input"),
      id: sequence,
      text: v.string(),
      eof: v.boolean(),
      by: v.string(),
    }),
    /** End the script: SIGTERM, and SIGKILL after the agent's grace. Comes again after a reconnect while the attempt runs. */
    v.object({ type: v.literal("cancel"), by: v.string(), reason: v.optional(v.string()) }),
    v.object({
      type: v.literal("subscribed"),
      /** Absent: the task has no attempt yet; an `attempt` message will name it. */
      attempt: v.optional(attemptSummary),
      /** First line that will be sent. */
      from: sequence,
    }),
    /**
     * Lines of the subscribed attempt, in order, as a chunk or segment frame. It holds the line that is
     * due, but may begin before it, since a segment can have taken the place of chunks in the meantime:
     * skip the lines that came already.
     */
    v.object({ type: v.literal("chunk"), attempt: attemptNumber, chunk: bytes }),
    /** Every line up to here was looked at; those not sent did not match the filter. */
    v.object({ type: v.literal("scanned"), attempt: attemptNumber, sequence }),
    v.object({
      type: v.literal("partial"),
      attempt: attemptNumber,
      source: v.picklist(sources),
      text: v.string(),
    }),
    /** An attempt of this task began or changed. On `/ws/tasks/status`: of any task, at most a few a second each. */
    v.object({ type: v.literal("attempt"), summary: attemptSummary }),
    /** The attempt has ended and every line of it has been sent. */
    v.object({ type: v.literal("end"), summary: attemptSummary }),
    v.object({ type: v.literal("ping") }),
    /** Connect again after this many milliseconds, to the same address; the connection closes soon (1012). */
    v.object({ type: v.literal("goaway"), reason: v.string(), retryAfterMs: whole }),
    v.object({ type: v.literal("error"), code: v.string(), message: v.string() }),
  ]),
);
export type ServerMessage = v.InferOutput<ReturnType<typeof serverMessage>>;

export function encodeMessage(message: ClientMessage | ServerMessage): Uint8Array<ArrayBuffer> {
  return pack(message);
}

/** Throws INVALID_MESSAGE_FORMAT with a sentence that names the key at fault. */
export function decodeClientMessage(bytes: Uint8Array): ClientMessage {
  return decode(clientMessage(), bytes);
}

/** Throws INVALID_MESSAGE_FORMAT. */
export function decodeServerMessage(bytes: Uint8Array): ServerMessage {
  return decode(serverMessage(), bytes);
}

function decode<T>(schema: v.GenericSchema<unknown, T>, bytes: Uint8Array): T {
  if (bytes.length > limits.maxMessageBytes) throw misread(`it is ${bytes.length} bytes long`);
  let value: unknown;
  try {
    value = unpack(bytes);
  } catch (cause) {
    throw misread("it is not one MessagePack value", cause);
  }
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const issue = result.issues[0];
    throw misread(`${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
  }
  const isChunk = (result.output as { type?: unknown }).type === "chunk";
  if (!isChunk && bytes.length > limits.maxControlMessageBytes)
    throw misread(`it is ${bytes.length} bytes long`);
  return result.output;
}

/** Makes it when it is first needed: everybody reads one side's messages only, and an agent's memory is to stay small. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function misread(reason: string, cause?: unknown): KerutaError {
  return new KerutaError("INVALID_MESSAGE_FORMAT", `cannot read the message: ${reason}`, { cause });
}

/** The code of an `error` message, where it is one of ours. */
export function errorCodeOf(code: string): ErrorCode | undefined {
  return Object.hasOwn(errorKinds, code) ? (code as ErrorCode) : undefined;
}
