import type { Api, LogSource } from "@keruta/client";
import { type AttemptSummary, KerutaError, type TaskRecord } from "@keruta/protocol";
import { LogSession, type Wanted } from "./log-session.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { withAttempt } from "./task-board.ts";

export interface TaskSessionParts {
  readonly api: Api;
  openLog(taskId: string, attempt: number): Promise<LogSource>;
  onAttempt(listener: (summary: AttemptSummary) => void): () => void;
  post(message: FromWorker): void;
}

/** One opened task: what it is, which attempts it has, and the log of the chosen one (the newest, if none is named). */
export class TaskSession {
  #task: TaskRecord | undefined;
  #attempts: readonly AttemptSummary[] = [];
  #shown: number | undefined;
  #log: LogSession | undefined;
  #wanted: Wanted;
  #isClosed = false;
  #isOpening = false;
  #mustOpen = false;
  readonly #stopListening: () => void;

  constructor(
    private readonly parts: TaskSessionParts,
    private readonly asked: Extract<ToWorker, { type: "open-log" }>,
  ) {
    this.#wanted = { type: "follow", count: asked.count };
    this.#stopListening = parts.onAttempt((summary) => this.#changed(summary));
  }

  /** May be said before the log is open. */
  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#log?.want(wanted);
  }

  drawn(): void {
    this.#log?.drawn();
  }

  /** May be asked for again while it is not there. */
  async open(): Promise<void> {
    this.#mustOpen = true;
    if (this.#isOpening) return;
    this.#isOpening = true;
    while (this.#mustOpen && this.#task === undefined && !this.#isClosed) {
      this.#mustOpen = false;
      await this.#read().catch((error: unknown) => this.#fail(error as Error));
    }
    this.#isOpening = false;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#log?.close();
  }

  async #read(): Promise<void> {
    const { api } = this.parts;
    const { taskId } = this.asked;
    const [task, attempts] = await Promise.all([api.getTask(taskId), api.listAttempts(taskId)]);
    this.#task = task;
    this.#attempts = attempts;
    await this.#openLog(this.asked.attempt ?? attempts.at(-1)?.attempt);
  }

  async #openLog(attempt: number | undefined): Promise<void> {
    this.#shown = attempt;
    this.#tell();
    if (attempt === undefined) return;
    const source = await this.parts.openLog(this.asked.taskId, attempt);
    if (this.#isClosed) return source.close();
    this.#log = new LogSession(this.asked.view, this.#wanted, source, this.parts.post);
  }

  #changed(summary: AttemptSummary): void {
    if (summary.taskId !== this.asked.taskId) return;
    // It was not there when it was asked for, and now it is.
    if (this.#task === undefined) return void this.open();
    this.#task = withAttempt(this.#task, summary);
    const others = this.#attempts.filter(({ attempt }) => attempt !== summary.attempt);
    this.#attempts = [...others, summary].toSorted((a, b) => a.attempt - b.attempt);
    if (this.#shown === undefined)
      this.#openLog(summary.attempt).catch((error: unknown) => this.#fail(error as Error));
    else this.#tell();
  }

  #tell(): void {
    if (this.#task === undefined || this.#isClosed) return;
    this.parts.post({
      type: "task",
      view: this.asked.view,
      task: this.#task,
      attempts: this.#attempts,
      ...(this.#shown === undefined ? {} : { attempt: this.#shown }),
    });
  }

  #fail(error: Error): void {
    if (this.#isClosed) return;
    const isMissing = error instanceof KerutaError && error.kind.status === 404;
    this.parts.post({ type: "task-failed", view: this.asked.view, isMissing, message: error.message });
  }
}
