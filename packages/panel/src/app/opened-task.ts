import { type AttemptSummary, linesKept, type TaskRecord } from "@keruta/protocol";
import type { LogFeed, LogListener } from "../log-view/log-feed.ts";
import type { FromWorker, LogUpdate, ToWorker } from "../worker/messages.ts";
import { Observable } from "./observable.ts";
import type { WorkerLink } from "./worker-link.ts";

/** React draws what stands around the log at most this often; the log itself draws every frame. */
const tellEveryMs = 100;

export interface OpenedTaskState {
  readonly task: TaskRecord | undefined;
  readonly attempts: readonly AttemptSummary[];
  readonly attempt: number | undefined;
  readonly failure: { readonly isMissing: boolean; readonly message: string } | undefined;
  /** The log as it stood a moment ago; its rows are not for this. */
  readonly log: LogUpdate | undefined;
}

/** The newest word on the shown attempt. */
export function summaryOf({ attempts, attempt, log }: OpenedTaskState): AttemptSummary | undefined {
  return attempts.find((summary) => summary.attempt === attempt) ?? log?.summary;
}

/** How many lines there are to be read. */
export function lineCountOf(log: LogUpdate | undefined): number {
  return log === undefined ? 0 : log.head - log.first + 1;
}

/** How many lines there are, read or not yet. */
export function knownLinesOf(log: LogUpdate): number {
  return Math.max(lineCountOf(log), linesKept(log.summary));
}

/** The log as far as it has been read: undefined while there are lines and none of them has come. */
export function readLogOf({ log }: OpenedTaskState): LogUpdate | undefined {
  return log !== undefined && lineCountOf(log) === 0 && knownLinesOf(log) > 0 ? undefined : log;
}

/** A task whose log is open: the link to its session in the worker, split between React and the log surface. */
export class OpenedTask implements LogFeed {
  readonly state = new Observable<OpenedTaskState>({
    task: undefined,
    attempts: [],
    attempt: undefined,
    failure: undefined,
    log: undefined,
  });
  #listener: LogListener | undefined;
  #latest: LogUpdate | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopListening = () => {};

  constructor(
    private readonly link: WorkerLink,
    private readonly asked: Omit<Extract<ToWorker, { type: "open-log" }>, "type">,
  ) {}

  open(): void {
    this.#stopListening = this.link.listen((message) => this.#take(message));
    this.link.post({ type: "open-log", ...this.asked });
  }

  /** Drops the connection and makes a new one now. */
  reopen(): void {
    this.link.post({ type: "open-log", ...this.asked });
    this.#listener?.reopened();
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
    this.link.post({ type: "close-log", view: this.asked.view });
  }

  follow(count: number): void {
    this.link.post({ type: "follow", view: this.asked.view, count });
  }

  window(first: number, count: number): void {
    this.link.post({ type: "window", view: this.asked.view, first, count });
  }

  drawn(): void {
    this.link.post({ type: "drawn", view: this.asked.view });
  }

  listen(listener: LogListener): () => void {
    this.#listener = listener;
    if (this.#latest !== undefined) listener.update(this.#latest);
    return () => {
      this.#listener = undefined;
    };
  }

  #take(message: FromWorker): void {
    if (!("view" in message) || message.view !== this.asked.view) return;
    switch (message.type) {
      case "task":
        this.#took(message);
        break;
      case "task-failed":
        this.#change({ failure: message });
        break;
      case "log":
        this.#updated(message);
        break;
      case "rows":
        this.#listener?.rows(message.rows);
    }
  }

  #took({ task, attempts, attempt }: Extract<FromWorker, { type: "task" }>): void {
    this.#change({ task, attempts, attempt, failure: undefined });
  }

  #updated(update: LogUpdate): void {
    this.#latest = update;
    this.#timer ??= setTimeout(() => this.#tell(), this.state.get().log === undefined ? 0 : tellEveryMs);
    this.#listener?.update(update);
  }

  #tell(): void {
    this.#timer = undefined;
    this.#change({ log: this.#latest });
  }

  #change(part: Partial<OpenedTaskState>): void {
    this.state.set({ ...this.state.get(), ...part });
  }
}
