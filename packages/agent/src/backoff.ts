export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Exponential back-off with full jitter: each delay is anywhere between nothing and a bound that doubles. */
export class Backoff {
  #attempts = 0;

  constructor(private readonly options: BackoffOptions) {}

  nextMs(): number {
    const { minMs, maxMs, random } = this.options;
    const bound = Math.min(maxMs, minMs * 2 ** this.#attempts);
    // Past this the bound no longer grows; the exponent must not run away in a week of trying.
    if (bound < maxMs) this.#attempts++;
    return Math.round(bound * random());
  }

  reset(): void {
    this.#attempts = 0;
  }
}
