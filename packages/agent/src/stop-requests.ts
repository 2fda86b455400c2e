import type { CancelMessage } from "./uplink.ts";

/** Somebody wants the script to end before it does by itself. */
export type StopRequest =
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals }
  | { readonly kind: "cancel"; readonly by: string; readonly reason?: string };

/** Takes requests from when there is a script they can end. */
export interface StopListener {
  /** The script is to be ended. Every signal is told, since each is passed on; of who cancels it the first alone. */
  stop(request: StopRequest): void;
  /** A signal that ends nothing, for the script. */
  pass(signal: NodeJS.Signals): void;
}

const endingSignals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;
const passedSignals = ["SIGUSR1", "SIGUSR2"] as const;

/**
 * Whoever asks for the end of the script, by a signal to us or through the server, from the moment this is made on until
 * `close`. A request that comes before the script is started is kept for whoever starts it.
 */
export class StopRequests {
  #first: StopRequest | undefined;
  #listener: StopListener | undefined;
  #isCancelled = false;
  readonly #onEnding = (signal: NodeJS.Signals) => this.#take({ kind: "signal", signal });
  readonly #onPassed = (signal: NodeJS.Signals) => this.#listener?.pass(signal);
  readonly #asked = Promise.withResolvers<StopRequest>();

  constructor() {
    for (const signal of endingSignals) process.on(signal, this.#onEnding);
    for (const signal of passedSignals) process.on(signal, this.#onPassed);
  }

  get first(): StopRequest | undefined {
    return this.#first;
  }

  /** Resolves with the first request; stays pending where there is none. */
  get asked(): Promise<StopRequest> {
    return this.#asked.promise;
  }

  cancel({ by, reason }: Pick<CancelMessage, "by" | "reason">): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#take({ kind: "cancel", by, ...(reason === undefined ? {} : { reason }) });
  }

  /** The script is running. What was asked for meanwhile is told at once. */
  listen(listener: StopListener): void {
    this.#listener = listener;
    if (this.#first !== undefined) listener.stop(this.#first);
  }

  /** Nothing is to be ended any more. */
  close(): void {
    this.#listener = undefined;
    for (const signal of endingSignals) process.off(signal, this.#onEnding);
    for (const signal of passedSignals) process.off(signal, this.#onPassed);
  }

  #take(request: StopRequest): void {
    this.#first ??= request;
    this.#asked.resolve(this.#first);
    this.#listener?.stop(request);
  }
}
