import { bounds } from "../bounds.ts";
import type { LineFilter } from "./line-filter.ts";
import type { SecretMasker } from "./secret-masker.ts";

export interface MaskedStreamOptions {
  readonly masker: SecretMasker;
  /** Absent: no line is judged. */
  readonly filter: LineFilter | undefined;
  /** Takes what may be seen, in order; nothing is given out before its promise has resolved. */
  readonly emit: (bytes: Uint8Array) => Promise<void> | undefined;
}

/** One stream on its way from the script to whoever may see it. What is held back is looked at again after a pause. */
export class MaskedStream {
  #emitting: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasPaused = false;

  constructor(private readonly options: MaskedStreamOptions) {}

  /** The block's memory may be used again once the promise has resolved, or at once where there is none. */
  push(block: Uint8Array): Promise<void> | undefined {
    if (this.#emitting !== undefined) return this.#emitting.then(() => this.push(block));
    const { masker, filter } = this.options;
    const seen = masker.push(block);
    const emitted = this.#emit(filter === undefined ? seen : filter.push(seen));
    this.#waitForPause();
    return emitted;
  }

  /** The stream has ended: resolves when all of it has been taken. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#emitting;
    const { masker, filter } = this.options;
    const rest = masker.end();
    if (filter === undefined) return this.#emit(rest);
    await this.#emit(filter.push(rest));
    await this.#emit(filter.end());
  }

  #emit(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length === 0) return undefined;
    const emitted = this.options.emit(bytes);
    if (emitted === undefined) return undefined;
    this.#emitting = emitted.finally(() => {
      this.#emitting = undefined;
    });
    return this.#emitting;
  }

  #waitForPause(): void {
    const { masker, filter } = this.options;
    this.#hasPaused = false;
    if (!masker.isHolding && !filter?.isHolding) return;
    this.#timer ??= setTimeout(() => this.#look(), bounds.maskPauseMs);
  }

  /** A timer that began before the last block is not over yet; the next one is. */
  #look(): void {
    this.#timer = undefined;
    if (this.#hasPaused && this.#emitting === undefined) return this.#release();
    this.#hasPaused = true;
    this.#timer = setTimeout(() => this.#look(), bounds.maskPauseMs);
  }

  #release(): void {
    const { masker, filter } = this.options;
    const seen = masker.release();
    if (filter === undefined) return void this.#emit(seen);
    const lines = filter.push(seen);
    const unfinished = filter.release();
    void this.#emit(lines.length === 0 ? unfinished : Buffer.concat([lines, unfinished]));
  }
}
