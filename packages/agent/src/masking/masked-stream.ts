import { bounds } from "../bounds.ts";
import type { LineFilter } from "./line-filter.ts";
import type { SecretMasker } from "./secret-masker.ts";

export interface MaskedStreamOptions {
  readonly masker: SecretMasker;
  /** Absent: no line is judged. */
  readonly filter: LineFilter | undefined;
  /** Takes what may be seen, in order, whether or not what came before has been taken. */
  readonly emit: (bytes: Uint8Array) => Promise<void> | undefined;
}

/** One stream on its way from the script to whoever may see it. What is held back is looked at again after a pause. */
export class MaskedStream {
  #emitting = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasPaused = false;

  constructor(private readonly options: MaskedStreamOptions) {}

  /** The block's memory may be used again once the promise has resolved, or at once where there is none. */
  push(block: Uint8Array): Promise<void> | undefined {
    const { masker, filter } = this.options;
    const seen = masker.push(block);
    const emitted = this.#emit(filter === undefined ? seen : filter.push(seen));
    this.#waitForPause();
    return emitted;
  }

  /** The stream has ended. Does not wait for whoever has not taken what came before. */
  end(): void {
    clearTimeout(this.#timer);
    const { masker, filter } = this.options;
    const rest = masker.end();
    void this.#emit(filter === undefined ? rest : filter.end(rest));
  }

  #emit(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length === 0) return undefined;
    const emitted = this.options.emit(bytes);
    if (emitted === undefined) return undefined;
    this.#emitting++;
    return emitted.finally(() => {
      this.#emitting--;
    });
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
    // What has not been taken yet must stay as it is, and releasing would write over it.
    if (this.#hasPaused && this.#emitting === 0) return this.#release();
    this.#hasPaused = true;
    this.#timer = setTimeout(() => this.#look(), bounds.maskPauseMs);
  }

  /** The next block may come before this has been taken, so it is memory of its own. */
  #release(): void {
    const { masker, filter } = this.options;
    const seen = masker.release();
    const shown = filter === undefined ? [seen] : [filter.push(seen), filter.release()];
    void this.#emit(Buffer.concat(shown));
  }
}
