import { type ErrorCode, KerutaError } from "@keruta/protocol";
import type { z } from "zod";

/** An error that names every field at fault and says why; answers carry them as `details.fields`. */
export class FieldsError extends KerutaError {
  constructor(
    code: ErrorCode,
    what: string,
    readonly fields: Readonly<Record<string, string>>,
  ) {
    const faults = Object.entries(fields).map(([name, reason]) => `${name}: ${reason}`);
    super(code, `${what}: ${faults.join("; ")}`);
  }
}

/** How many faults are told of: a batch may hold thousands that are all alike. */
const maxFields = 10;

/** What a schema found, each by the way to it: `logs[3].level`. `at` is the way to what was checked. */
export function fieldsOf(error: z.ZodError, at = ""): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of error.issues.slice(0, maxFields)) fields[wayTo(at, issue.path)] ??= reasonOf(issue);
  return fields;
}

function wayTo(at: string, path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
  return `${at}${steps.join("")}`.replace(/^\./, "") || "body";
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is missing";
  return issue.message;
}
