import { type ChunkHeader, KerutaError } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import { nowUs } from "../now-us.ts";
import { grownAttempt } from "../store/grown-attempt.ts";
import type { AppendOutcome, Claimed } from "../store/log-store.ts";
import type { Submitted, SubmittedLine } from "../task-actions.ts";
import { httpRunId } from "./http-run.ts";
import { lineRange } from "./line-range.ts";
import type { LifecycleParts } from "./parts.ts";
import { type SubmittedFrames, submittedFrames } from "./submitted-frames.ts";
import { claimRun, findTask } from "./tasks.ts";

interface NumberedLines {
  readonly lines: readonly SubmittedLine[];
  readonly runId: string;
  readonly firstNumber: number;
}

/**
 * Lines that their producer has numbered, in an attempt of its own: it sends them again when it does not know whether they arrived, and they are
 * stored once. Its numbers are the attempt's agent numbers, so a line stays one line, however long.
 */
export function submitRun(
  parts: LifecycleParts,
  by: Identity,
  taskId: string,
  numbered: NumberedLines,
): Promise<Submitted> {
  return parts.turns.take(taskId, async () => {
    if (!parts.settings.autoCreateTasks) await findTask(parts, taskId);
    const claimed = await claimRun(parts, taskId, httpRunId(numbered.runId), by);
    const duplicates = countStored(claimed, numbered);
    const lines = numbered.lines.slice(duplicates);
    const firstNumber = numbered.firstNumber + duplicates;
    const made = submittedFrames(lines, firstNumber, Number.POSITIVE_INFINITY, nowUs());
    const headers = await appendAll(parts, claimed, made);
    const { attempt } = claimed.attempt;
    const lastNumber = agentHead(claimed) + lines.length;
    const { timesUs } = made;
    return { attempt, accepted: lines.length, duplicates, ...lineRange(headers), lastNumber, timesUs };
  });
}

function agentHead({ attempt }: Claimed): number {
  return attempt.head - attempt.inserted;
}

/** How many of the lines are there already. Throws SEQUENCE_GAP where some are missing before them. */
function countStored(claimed: Claimed, { firstNumber, lines }: NumberedLines): number {
  const next = agentHead(claimed) + 1;
  if (firstNumber > next)
    throw new KerutaError(
      "SEQUENCE_GAP",
      `the next line of this run is ${next}, and ${firstNumber} was sent`,
    );
  return Math.min(lines.length, next - firstNumber);
}

/** One after the other: each is durable, so whoever sends all of them again goes on where this broke off. */
async function appendAll(
  parts: LifecycleParts,
  claimed: Claimed,
  { frames }: SubmittedFrames,
): Promise<ChunkHeader[]> {
  const headers: ChunkHeader[] = [];
  const key = { ...claimed.attempt, claim: claimed.claim };
  let { attempt } = claimed;
  for (const frame of frames) {
    const outcome = await parts.store.append(key, frame);
    if (outcome.outcome !== "stored") throw notAppended(outcome);
    attempt = grownAttempt(attempt, outcome.unit.header);
    headers.push(outcome.unit.header);
    parts.teller.committed(attempt, outcome.unit);
  }
  return headers;
}

function notAppended(outcome: AppendOutcome): KerutaError {
  if (outcome.outcome === "refused") return new KerutaError(outcome.code, outcome.message);
  return new KerutaError("SEQUENCE_GAP", "somebody else added to this run meanwhile: send the lines again");
}
