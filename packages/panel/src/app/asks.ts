import type { Ask, FromWorker } from "../worker/messages.ts";
import type { WorkerLink } from "./worker-link.ts";

/** What the page asks the worker to do on the server, each answered once. */
export class Asks {
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #asked = 0;

  constructor(private readonly link: WorkerLink) {
    link.listen((message) => this.#take(message));
  }

  /** Rejects with the server's sentence where it refuses. */
  do(ask: Ask): Promise<void> {
    const id = ++this.#asked;
    const answer = Promise.withResolvers<void>();
    this.#waiting.set(id, answer);
    this.link.post({ type: "ask", id, ask });
    return answer.promise;
  }

  #take(message: FromWorker): void {
    if (message.type !== "answered") return;
    const answer = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.failure === undefined) answer?.resolve();
    else answer?.reject(new Error(message.failure));
  }
}
