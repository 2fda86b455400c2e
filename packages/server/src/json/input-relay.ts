import type { StoredInput } from "../store/log-store.ts";

/** Agents in JSON are few and slow; nobody notices so short a wait at a prompt. */
const lookEveryMs = 300;

/**
 * Brings the inputs of a task to an agent that speaks JSON, oldest first, each to one agent only. Such an agent does not
 * say that it has an input, so one counts as taken when it is sent.
 */
export class InputRelay {
  readonly #timer: Timer;
  #isTaking = false;
  #isStopped = false;

  constructor(
    private readonly take: () => Promise<StoredInput | undefined>,
    private readonly send: (input: StoredInput) => void,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    this.#takeAll()
      .catch((error) => this.onError(error))
      .finally(() => {
        this.#isTaking = false;
      });
  }

  async #takeAll(): Promise<void> {
    while (!this.#isStopped) {
      const input = await this.take();
      if (input === undefined) return;
      this.send(input);
    }
  }
}
