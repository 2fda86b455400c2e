import type { FromWorker, ToWorker } from "../worker/messages.ts";

/** Where the worker's bundle is served. Written in by `buildPanel`: Bun does not bundle workers by itself. */
declare const __WORKER_URL__: string;

/** The way to the worker, typed. */
export class WorkerLink {
  readonly #worker = new Worker(__WORKER_URL__, { type: "module", name: "keruta" });
  readonly #listeners = new Set<(message: FromWorker) => void>();

  constructor() {
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => {
      for (const listener of this.#listeners) listener(event.data);
    };
  }

  post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  listen(listener: (message: FromWorker) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
