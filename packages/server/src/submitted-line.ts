import { KerutaError, type Level, levels, limits, pack, type Source, sources } from "@keruta/protocol";
import { z } from "zod";
import { FieldsError, fieldsOf } from "./fields-error.ts";
import { timeUsOf } from "./iso-time.ts";
import type { SubmittedLine } from "./task-actions.ts";

/** Packed metadata that one line may have, so that several fit the chunk they share (`limits.maxFieldsBytes`). */
const maxMetadataBytes = 64 * 1024;

/** Levels of other programs, by ours. The word that was sent is kept in `metadata.originalLevel`. */
const otherLevels: Readonly<Record<string, Level>> = {
  TRACE: "DEBUG",
  VERBOSE: "DEBUG",
  NOTICE: "INFO",
  WARNING: "WARN",
  ERR: "ERROR",
  SEVERE: "ERROR",
  CRITICAL: "ERROR",
  FATAL: "ERROR",
  PANIC: "ERROR",
};

/** A line as somebody submits it, by REST or in a JSON message. `null` is as good as absent; unknown keys are ignored. */
export const submittedLineSchema = z
  .object({
    taskId: z.string().nullish().meta({ description: "If given, the task of the address." }),
    source: z
      .string()
      .max(64)
      .nullish()
      .meta({
        description: `${sources.join(", ")}; any other word stands for agent and is kept in metadata.originalSource. Absent: agent.`,
      }),
    level: z
      .string()
      .max(64)
      .refine((word) => knownLevel(word) !== undefined, `must be one of ${levels.join(", ")}`)
      .meta({
        description: `${levels.join(", ")} in any case; ${Object.keys(otherLevels).join(", ")} stand for the nearest of these and are kept in metadata.originalLevel.`,
      }),
    message: z.string().meta({ description: "May hold newlines: it stays one line." }),
    timestamp: z
      .string()
      .refine((text) => timeUsOf(text) !== undefined, "must be an ISO 8601 time from 1970 on")
      .nullish()
      .meta({ description: "ISO 8601 with any offset; without one it is UTC. Absent: now." }),
    lineNumber: z.int().nonnegative().nullish().meta({ description: "Kept in metadata.originalLineNumber." }),
    metadata: z
      .record(z.string(), z.unknown())
      .refine(isShallow, `must not be nested deeper than ${limits.maxFieldsDepth} levels`)
      .refine(isSmall, `must not be over ${maxMetadataBytes} bytes`)
      .nullish(),
  })
  .meta({ id: "LogRequest" });

export interface ReadOptions {
  /** The task that a line which names one has to name. Absent: any. */
  readonly taskId?: string;
  /** The way to the line, for errors: `logs[3]`. */
  readonly at?: string;
}

/** A line in any documented nesting (flat, under `log`, under `data`). Throws INVALID_LOG_FORMAT, naming the fields. */
export function submittedLineOf(value: unknown, { taskId, at = "" }: ReadOptions = {}): SubmittedLine {
  const { success, data, error } = submittedLineSchema.safeParse(flattened(value));
  if (!success) throw invalid(fieldsOf(error, at));
  if (taskId !== undefined && (data.taskId ?? taskId) !== taskId)
    throw invalid({ [at === "" ? "taskId" : `${at}.taskId`]: "names another task than the address" });
  if (byteLength(data.message) > limits.maxLineBytes)
    throw new KerutaError("PAYLOAD_TOO_LARGE", `a message is longer than ${limits.maxLineBytes} bytes`);
  return normalised(data);
}

/** Throws PAYLOAD_TOO_LARGE where they are more than one submission may hold. */
export function checkSubmissionSize(lines: readonly SubmittedLine[]): void {
  const bytes = lines.reduce((sum, line) => sum + submittedBytes(line), 0);
  if (lines.length <= limits.maxSubmittedLines && bytes <= limits.maxSubmittedBytes) return;
  throw new KerutaError(
    "PAYLOAD_TOO_LARGE",
    `${lines.length} lines of ${bytes} bytes are over the limit of ${limits.maxSubmittedLines} lines and ${limits.maxSubmittedBytes} bytes: send them in several parts`,
  );
}

/** What a line counts for in `limits.maxSubmittedBytes`. */
export function submittedBytes({ text, fields }: SubmittedLine): number {
  return byteLength(text) + fieldsBytes(fields);
}

/** Some clients put the line into an object of its own, with `taskId` (and `timestamp`) beside that. */
function flattened(value: unknown): unknown {
  if (!isObject(value)) return value;
  const nested = [value["log"], value["data"]].find(isObject);
  return nested === undefined || "message" in value ? value : { ...value, ...nested };
}

function normalised(given: z.output<typeof submittedLineSchema>): SubmittedLine {
  const level = knownLevel(given.level)!;
  const source = sourceOf(given.source);
  const fields = {
    ...given.metadata,
    ...(given.level.toUpperCase() === level ? {} : { originalLevel: given.level }),
    ...(source === (given.source ?? source).toLowerCase() ? {} : { originalSource: given.source }),
    ...(typeof given.lineNumber === "number" ? { originalLineNumber: given.lineNumber } : {}),
  };
  return {
    ...(typeof given.timestamp === "string" ? { timeUs: timeUsOf(given.timestamp)! } : {}),
    source,
    level,
    text: given.message,
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
  };
}

/** A level by any of its names, in any case. */
export function knownLevel(word: string): Level | undefined {
  const upper = word.trim().toUpperCase();
  return levels.find((level) => level === upper) ?? otherLevels[upper];
}

function sourceOf(word: string | null | undefined): Source {
  return sources.find((source) => source === word?.toLowerCase()) ?? "agent";
}

function isShallow(metadata: object): boolean {
  return isWithin(metadata, limits.maxFieldsDepth);
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((item) => isWithin(item, depth - 1));
}

/** After `isShallow`, so that packing cannot run away. */
function isSmall(metadata: Record<string, unknown>): boolean {
  return !isShallow(metadata) || fieldsBytes(metadata) <= maxMetadataBytes;
}

function fieldsBytes(fields: SubmittedLine["fields"]): number {
  return fields === undefined ? 0 : pack(fields).length;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(fields: Readonly<Record<string, string>>): FieldsError {
  return new FieldsError("INVALID_LOG_FORMAT", "cannot read the log line", fields);
}
