import { KerutaError } from "@keruta/protocol";

/** RATE_LIMIT_EXCEEDED with when to come back, which an answer tells as `Retry-After`. */
export class RateLimitError extends KerutaError {
  constructor(
    what: string,
    readonly retryAfterMs: number,
  ) {
    super("RATE_LIMIT_EXCEEDED", `too many ${what}: come back in ${seconds(retryAfterMs)} s`);
  }

  /** Whole seconds, as the header wants them; never 0, which would ask to come back at once. */
  get retryAfterSeconds(): number {
    return seconds(this.retryAfterMs);
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
