/** Reconnecting waits between these. The first wait is short because most cuts are short. */
export const reconnectMinMs = 200;
export const reconnectMaxMs = 10_000;

/**
 * Exponential back-off with full jitter: wait a random time up to a ceiling that doubles, so that a
 * thousand viewers cut at once do not come back at once.
 */
export class Backoff {
  #ceilingMs = reconnectMinMs;

  constructor(private readonly random: () => number) {}

  nextDelayMs(): number {
    const delayMs = reconnectMinMs / 4 + this.random() * (this.#ceilingMs - reconnectMinMs / 4);
    this.#ceilingMs = Math.min(this.#ceilingMs * 2, reconnectMaxMs);
    return delayMs;
  }

  reset(): void {
    this.#ceilingMs = reconnectMinMs;
  }
}
