import { KerutaError } from "@keruta/protocol";
import { z } from "zod";
import { FieldsError, fieldsOf } from "../../fields-error.ts";
import type { Identity } from "../../identity.ts";
import { isoTime } from "../../iso-time.ts";
import { checkSubmissionSize, submittedLineOf, submittedLineSchema } from "../../submitted-line.ts";
import type { Submission, Submitted, SubmittedLine, TaskActions } from "../../task-actions.ts";
import { type Endpoint, endpoint, json } from "../endpoint.ts";

/** Resolves when somebody may submit so many lines. Throws RATE_LIMIT_EXCEEDED where that would take too long. */
export type PaceLines = (identity: Identity, address: string, count: number) => Promise<void>;

/** Enough for `limits.maxSubmittedBytes` of text with every character escaped, and the keys around it. */
const maxBodyBytes = 8 * 1024 * 1024;

/** As the JSON messages have it. */
const numbering = {
  runId: z.string().min(1).max(56).nullish().meta({
    description:
      "A run whose lines the sender numbers: what is sent twice is stored once, in an attempt of the run's own.",
  }),
  firstSeq: z.int().positive().nullish().meta({ description: "The sender's number of the first line." }),
};
const numberingSchema = z.object(numbering);

const batchSchema = z
  .object({ logs: z.array(submittedLineSchema), taskId: z.string().nullish(), ...numbering })
  .meta({ id: "LogBatchRequest" });

const submissionSchema = z.union([submittedLineSchema, z.array(submittedLineSchema), batchSchema]);

const stored = { success: z.literal(true), taskId: z.string(), attempt: z.int().min(1) };

const logResponse = z
  .object({
    ...stored,
    id: z.string(),
    logId: z.string().meta({ description: "The same as id." }),
    timestamp: z.iso.datetime(),
    sequence: z.int().min(1),
  })
  .meta({ id: "LogResponse" });

const logBatchResponse = z
  .object({
    ...stored,
    accepted: z.int().min(0),
    duplicates: z.int().min(0),
    firstSequence: z.int().min(0).meta({ description: "0 where no line was accepted." }),
    lastSequence: z.int().min(0),
    lastSeq: z
      .int()
      .optional()
      .meta({ description: "The last of the sender's own numbers that is stored; only of a run." }),
  })
  .meta({ id: "LogBatchResponse" });

export function submitLogs(actions: TaskActions, paceLines: PaceLines): Endpoint {
  return endpoint(
    {
      summary: "Submit lines",
      details:
        "One line, an array of lines, an object with `logs`, or a line of JSON each (application/x-ndjson). They are stored in the " +
        "order given, all or none, in the task's newest attempt. Answered when they are on the disk.",
      body: {
        schema: submissionSchema,
        maxBytes: maxBodyBytes,
        code: "INVALID_LOG_FORMAT",
        unchecked: true,
        lines: true,
      },
      answers: {
        201: json("What was stored: of one line, or of several.", z.union([logResponse, logBatchResponse])),
      },
      errors: ["RATE_LIMIT_EXCEEDED", "SEQUENCE_GAP", "ATTEMPT_ENDED"],
    },
    async ({ context, identity, path: { taskId }, body }) => {
      const several = severalOf(body, taskId);
      const lines = several ?? [submittedLineOf(body, { taskId })];
      checkSubmissionSize(lines);
      await paceLines(identity, context.env.address, lines.length);
      const submitted = await actions.submit(identity, taskId, {
        lines,
        ...(several === undefined ? {} : runOf(body)),
      });
      const answer =
        several === undefined ? answerToOne(taskId, submitted) : answerToSeveral(taskId, submitted);
      return context.json(answer, 201);
    },
  );
}

/** Undefined: it is one line. */
function severalOf(body: unknown, taskId: string): SubmittedLine[] | undefined {
  const isArray = Array.isArray(body);
  const values = isArray ? body : (body as { logs?: unknown } | null)?.logs;
  if (!Array.isArray(values)) return undefined;
  if (values.length === 0) throw new KerutaError("INVALID_LOG_FORMAT", "there is no line in the body");
  const at = isArray ? "" : "logs";
  return values.map((value, index) => submittedLineOf(value, { taskId, at: `${at}[${index}]` }));
}

function runOf(body: unknown): Pick<Submission, "run"> {
  const { success, data, error } = numberingSchema.safeParse(Array.isArray(body) ? {} : body);
  if (!success) throw invalid(fieldsOf(error));
  const { runId, firstSeq } = data;
  if (typeof runId !== "string") return {};
  if (typeof firstSeq !== "number") throw invalid({ firstSeq: "is missing: a run's lines are numbered" });
  return { run: { runId, firstNumber: firstSeq } };
}

function invalid(fields: Readonly<Record<string, string>>): FieldsError {
  return new FieldsError("INVALID_LOG_FORMAT", "cannot read the numbers of the lines", fields);
}

function answerToOne(
  taskId: string,
  { attempt, firstSequence, timesUs }: Submitted,
): z.output<typeof logResponse> {
  const id = `${attempt}-${firstSequence}`;
  const timestamp = isoTime(timesUs[0]!);
  return { success: true, id, logId: id, taskId, attempt, timestamp, sequence: firstSequence };
}

function answerToSeveral(taskId: string, submitted: Submitted): z.output<typeof logBatchResponse> {
  const { attempt, accepted, duplicates, firstSequence, lastSequence, lastNumber } = submitted;
  return {
    success: true,
    taskId,
    attempt,
    accepted,
    duplicates,
    firstSequence,
    lastSequence,
    ...(lastNumber === undefined ? {} : { lastSeq: lastNumber }),
  };
}
