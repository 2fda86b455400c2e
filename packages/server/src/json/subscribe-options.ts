import { sources } from "@keruta/protocol";
import { z } from "zod";
import type { FollowFrom } from "../follow-task.ts";
import { knownLevel } from "../submitted-line.ts";
import { LineSelection } from "./line-selection.ts";

/** What a viewer is told besides `log`, where it asks for it: clients of old know no other types. */
export const eventNames = ["status", "end", "partial", "input"] as const;
export type EventName = (typeof eventNames)[number];

export interface SubscribeOptions {
  readonly from: FollowFrom;
  /** False: the lines there are, once, and no more. */
  readonly isLive: boolean;
  readonly selection: LineSelection;
  readonly events: ReadonlySet<EventName>;
}

const count = z.int().nonnegative();
const source = z.string().toLowerCase().pipe(z.enum(sources));
const level = z
  .string()
  .refine((word) => knownLevel(word) !== undefined, "is not known as a level")
  .transform((word) => knownLevel(word)!);

/** `options` of a `subscribe`. `null` is as good as absent; unknown keys are ignored. */
export const subscribeOptionsSchema = z.object({
  sources: z.array(source).nullish(),
  levels: z.array(level).nullish(),
  realtime: z.boolean().nullish(),
  attempt: z.int().positive().nullish(),
  afterSequence: count.nullish(),
  tail: count.nullish(),
  events: z.array(z.enum(eventNames)).nullish(),
});

/** From now on, unless something else is asked for: old clients subscribe again after a reconnect, and have the lines before. */
export function subscribeOptions(given: z.output<typeof subscribeOptionsSchema> = {}): SubscribeOptions {
  const isLive = given.realtime ?? true;
  const after = given.afterSequence ?? undefined;
  const tail = given.tail ?? (isLive && after === undefined ? 0 : undefined);
  return {
    from: { attempt: given.attempt ?? undefined, after, tail },
    isLive,
    selection: new LineSelection(given.sources ?? undefined, given.levels ?? undefined),
    events: new Set(given.events),
  };
}

/** Nothing but what comes from now on is asked for. */
export function isFromNow({ from, isLive }: SubscribeOptions): boolean {
  return isLive && from.attempt === undefined && from.after === undefined && from.tail === 0;
}
