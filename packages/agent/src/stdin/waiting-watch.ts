import { bounds } from "../bounds.ts";
import type { Finding } from "./blocked-on-input.ts";

export interface WaitingWatchOptions {
  /** Whether a process of the script is blocked reading its input now. */
  readonly look: () => Finding;
  /** Whether the output stands at text that no newline has ended. */
  readonly hasUnfinishedText: () => boolean;
  readonly nowMs: () => number;
  /** Told on each change. */
  readonly tell: (waiting: boolean) => void;
}

/**
 * Decides whether the script waits for input: it has been quiet for a moment, and a process of it is blocked reading
 * its input. Where nothing says what its processes do, unfinished text has to be enough. The longer the script is
 * quiet, the more rarely it is looked at, so that a script that sleeps costs nothing.
 */
export class WaitingWatch {
  #isWaiting = false;
  #isStopped = false;
  #activeAtMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAtMs = Number.POSITIVE_INFINITY;

  constructor(private readonly options: WaitingWatchOptions) {
    this.#activeAtMs = options.nowMs();
    this.#lookIn(bounds.quietBehindTextMs);
  }

  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** The script has printed something or was given something: it does not wait now. */
  active(): void {
    this.#activeAtMs = this.options.nowMs();
    this.#set(false);
    if (this.#dueAtMs > this.#activeAtMs + bounds.quietMs) this.#lookIn(bounds.quietBehindTextMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#set(false);
  }

  #lookIn(ms: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#dueAtMs = this.options.nowMs() + ms;
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    const quietForMs = this.options.nowMs() - this.#activeAtMs;
    const hasText = this.options.hasUnfinishedText();
    const neededMs = hasText ? bounds.quietBehindTextMs : bounds.quietMs;
    if (quietForMs < neededMs) return this.#lookIn(Math.min(neededMs - quietForMs, bounds.quietBehindTextMs));
    this.#set(this.#decide(this.options.look(), hasText, quietForMs));
    this.#lookIn(Math.min(bounds.maxLookPauseMs, Math.max(bounds.quietMs, quietForMs / 2)));
  }

  #decide(finding: Finding, hasText: boolean, quietForMs: number): boolean {
    if (finding === "unknown") return hasText && quietForMs >= bounds.quietUnknownMs;
    return finding === "blocked";
  }

  #set(waiting: boolean): void {
    if (waiting === this.#isWaiting) return;
    this.#isWaiting = waiting;
    this.options.tell(waiting);
  }
}
