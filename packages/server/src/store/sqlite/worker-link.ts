import { KerutaError } from "@keruta/protocol";
import { buffersIn, type FromWorker, type Outcome, type ToWorker } from "./worker-messages.ts";

/**
 * The main thread's side of a store worker. Operations are carried out in the order asked for. Those that come while
 * `maxInFlight` messages are on the way wait here and go out together: the waiting line is what groups commits.
 */
export class WorkerLink<Operation> {
  readonly #worker: Worker;
  readonly #maxInFlight: number;
  readonly #maxBatch: number;
  readonly #waiting: Pending<Operation>[] = [];
  readonly #inFlight = new Map<number, Pending<Operation>[]>();
  #nextId = 1;
  #death: KerutaError | undefined;
  #whenOpened: ((message: FromWorker<unknown>) => void) | undefined;
  #whenClosed: (() => void) | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(worker: Worker, { maxInFlight, maxBatch }: { maxInFlight: number; maxBatch: number }) {
    this.#worker = worker;
    this.#maxInFlight = maxInFlight;
    this.#maxBatch = maxBatch;
    worker.onmessage = ({ data }: MessageEvent<FromWorker<unknown>>) => this.#receive(data);
    worker.onerror = (event) => this.#died(event.message);
  }

  /** Throws a sentence for the operator where the folder cannot be opened. */
  async open(dataDir: string): Promise<void> {
    const answer = await new Promise<FromWorker<unknown>>((resolve) => {
      this.#whenOpened = resolve;
      this.#post({ type: "open", dataDir });
    });
    if (answer.type !== "openFailed") return;
    // A thread that has nothing to do must not keep a server that cannot start from ending.
    this.#worker.unref();
    throw new Error(answer.message);
  }

  /** Byte arrays in the operation are handed over to the worker. */
  run(operation: Operation): Promise<unknown> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      this.#send();
    });
  }

  /** Waits for everything asked for before. The thread stays, idle, and keeps no process alive. */
  async close(): Promise<void> {
    if (this.#isBusy) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    if (this.#death !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#whenClosed = resolve;
      this.#post({ type: "close" });
    });
    this.#worker.unref();
  }

  get #isBusy(): boolean {
    return this.#waiting.length > 0 || this.#inFlight.size > 0;
  }

  #send(): void {
    while (this.#waiting.length > 0 && this.#inFlight.size < this.#maxInFlight) {
      const batch = this.#waiting.splice(0, this.#maxBatch);
      const id = this.#nextId++;
      this.#inFlight.set(id, batch);
      this.#post({ type: "run", id, operations: batch.map((pending) => pending.operation) });
    }
  }

  #post(message: ToWorker<Operation>): void {
    this.#worker.postMessage(message, buffersIn(message));
  }

  #receive(message: FromWorker<unknown>): void {
    switch (message.type) {
      case "opened":
      case "openFailed":
        this.#whenOpened?.(message);
        break;
      case "closed":
        this.#whenClosed?.();
        break;
      case "done": {
        const batch = this.#inFlight.get(message.id)!;
        this.#inFlight.delete(message.id);
        // The next batch goes out first: the worker writes while we answer.
        this.#send();
        for (const [index, pending] of batch.entries()) settle(pending, message.outcomes[index]!);
        if (!this.#isBusy) this.#whenIdle?.();
      }
    }
  }

  /** The thread is gone. Nothing it was asked can be said to be done, and nothing can be done any more. */
  #died(reason: string): void {
    this.#death = new KerutaError(
      "DATABASE_ERROR",
      `the store's worker has died: ${reason}; restart the server`,
    );
    this.#whenOpened?.({ type: "openFailed", message: this.#death.message });
    for (const pending of [...this.#inFlight.values(), this.#waiting].flat()) pending.reject(this.#death);
    this.#inFlight.clear();
    this.#waiting.length = 0;
    this.#whenIdle?.();
    this.#whenClosed?.();
  }
}

interface Pending<Operation> {
  readonly operation: Operation;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

function settle(pending: Pending<unknown>, outcome: Outcome<unknown>): void {
  if (outcome.ok) pending.resolve(outcome.value);
  else pending.reject(new KerutaError(outcome.code, outcome.message));
}
