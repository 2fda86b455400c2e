import type { KerutaError } from "@keruta/protocol";
import { RateLimitError } from "../rate-limit-error.ts";

/** A message as text. `fields` that are undefined are left out; every message says when it was made. */
export function outgoing(type: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ type, ...fields, timestamp: new Date().toISOString() });
}

/** `about`: what the error is about, such as the task. */
export function outgoingError(error: KerutaError, about: Readonly<Record<string, unknown>> = {}): string {
  const { code, message, kind } = error;
  const retryAfterMs = error instanceof RateLimitError ? error.retryAfterMs : undefined;
  return outgoing("error", { ...about, code, message, retryable: kind.action === "retry", retryAfterMs });
}
