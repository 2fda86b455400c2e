import { levels, sources } from "@keruta/protocol";
import { z } from "zod";
import { inclusiveEndUs, timeUsOf } from "../iso-time.ts";
import { knownLevel } from "../submitted-line.ts";

/** A whole number as it stands in a query. */
export function queryNumber(range: { min: number; max: number; absent: number; description: string }) {
  const { min, max, absent, description } = range;
  const reason = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max, reason)
    .transform(Number)
    .default(absent)
    .meta({ type: "integer", minimum: min, maximum: max, default: absent, description });
}

/** Microseconds. */
export function queryTime(description: string) {
  return parsedBy(timeUsOf, description);
}

/** The last microsecond that a bound covers. */
export function queryTimeInclusive(description: string) {
  return parsedBy(inclusiveEndUs, description);
}

function parsedBy(read: (text: string) => number | undefined, description: string) {
  const reason = "must be an ISO 8601 time from 1970 on";
  return z
    .string()
    .refine((text) => read(text) !== undefined, reason)
    .transform((text) => read(text)!)
    .meta({ description: `${description} ISO 8601 with any offset; without one it is UTC.` });
}

export const queryLevel = z
  .string()
  .refine((word) => knownLevel(word) !== undefined, `must be one of ${levels.join(", ")}`)
  .transform((word) => knownLevel(word)!)
  .meta({ enum: [...levels], description: "Exactly this level, not those above it." });

export const querySource = z
  .string()
  .transform((word) => word.toLowerCase())
  .pipe(z.enum(sources, `must be one of ${sources.join(", ")}`))
  .meta({ enum: [...sources] });
