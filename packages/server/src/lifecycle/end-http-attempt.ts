import type { End } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import { nowUs } from "../now-us.ts";
import type { Claimed } from "../store/log-store.ts";
import type { LifecycleParts } from "./parts.ts";

/** How an attempt that is reported by requests ended, as far as it was said. */
export interface Ending {
  readonly state: End["state"];
  readonly message: string | undefined;
  readonly exitCode?: number | undefined;
  readonly endedAtUs?: number | undefined;
}

/** Longer ones are cut off: the whole message is the task's. */
const maxReasonLength = 1_024;

export async function endHttpAttempt(
  parts: LifecycleParts,
  by: Identity,
  { attempt, claim }: Claimed,
  ending: Ending,
): Promise<void> {
  const reason = reasonOf(by, ending);
  if (ending.state === "CANCELLED") await parts.inserter.say(attempt, "WARN", reason!);
  const outcome = await parts.store.end({ ...attempt, claim }, endOf(attempt, ending, reason));
  if (outcome.outcome === "gap")
    throw new Error(`an attempt of ${attempt.taskId} lacks line ${outcome.next}`);
  parts.teller.changed(outcome.attempt);
  await parts.inputs.dropUnread(outcome.attempt);
}

function endOf(attempt: Claimed["attempt"], ending: Ending, reason: string | undefined): End {
  const { state, exitCode, endedAtUs = nowUs() } = ending;
  return {
    type: "end",
    lastSequence: attempt.head - attempt.inserted,
    state,
    endedAtUs,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason: reason.slice(0, maxReasonLength) }),
  };
}

function reasonOf({ name }: Identity, { state, message }: Ending): string | undefined {
  if (state !== "CANCELLED") return message;
  return message === undefined ? `cancelled by ${name}` : `cancelled by ${name}: ${message}`;
}
