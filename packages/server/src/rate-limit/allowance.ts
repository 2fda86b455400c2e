/** So many of something a minute, and so many at once. */
export interface Rate {
  /** 0: no limit. */
  readonly perMinute: number;
  /** How many are let through at once after a while without any. */
  readonly burst: number;
}

/**
 * Keys that are remembered at once. Past it those that used their allowance longest ago are forgotten, and begin anew:
 * a crowd of unknown addresses costs memory up to here.
 */
const maxKeys = 10_000;

const minuteMs = 60_000;

/**
 * Allowances by key, by the generic cell rate algorithm (GCRA): for each key one moment is kept, the one at which its
 * allowance is whole again. It is a token bucket without a timer that fills it.
 */
export class Allowances {
  /** In the order of last use. */
  readonly #wholeAtMs = new Map<string, number>();
  readonly #intervalMs: number;
  readonly #slackMs: number;

  constructor(
    private readonly rate: Rate,
    private readonly nowMs: () => number,
  ) {
    this.#intervalMs = rate.perMinute === 0 ? 0 : minuteMs / rate.perMinute;
    this.#slackMs = this.#intervalMs * Math.max(0, rate.burst - 1);
  }

  /** Takes one where there is one (0), else takes nothing and answers in how many milliseconds there is. */
  take(key: string): number {
    const waitMs = this.waitMs(key);
    if (waitMs === 0) this.spend(key, 1);
    return waitMs;
  }

  /** In how many milliseconds there is one again. */
  waitMs(key: string): number {
    if (this.rate.perMinute === 0) return 0;
    return Math.max(0, this.#wholeAt(key) - this.nowMs() - this.#slackMs);
  }

  /** Takes as many as are needed, also more than there are: the next then wait for longer. */
  spend(key: string, count: number): void {
    if (this.rate.perMinute === 0) return;
    const wholeAtMs = this.#wholeAt(key) + count * this.#intervalMs;
    this.#wholeAtMs.delete(key);
    this.#wholeAtMs.set(key, wholeAtMs);
    if (this.#wholeAtMs.size > maxKeys) this.#forgetOne();
  }

  #wholeAt(key: string): number {
    return Math.max(this.#wholeAtMs.get(key) ?? 0, this.nowMs());
  }

  #forgetOne(): void {
    for (const key of this.#wholeAtMs.keys()) {
      this.#wholeAtMs.delete(key);
      return;
    }
  }
}
