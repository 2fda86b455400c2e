import { type Api, type ReconnectOptions, watchTasks } from "@keruta/client";
import { type AttemptSummary, type TaskRecord, taskStatusOf } from "@keruta/protocol";
import { connectionOf } from "./connection-of.ts";
import type { Connection, FromWorker } from "./messages.ts";

const pageSize = 100;
/** Changes of many tasks are told together. */
const tellEveryMs = 100;

/** The list of tasks, kept current: read over REST on every connection, then changed by what the status socket says. */
export class TaskBoard {
  #tasks: TaskRecord[] = [];
  #hasMore = false;
  #connection: Connection = { state: "connecting" };
  #isLoaded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<(summary: AttemptSummary) => void>();

  constructor(
    private readonly api: Api,
    private readonly options: ReconnectOptions,
    private readonly post: (message: FromWorker) => void,
    /** The connection was lost or refused. */
    private readonly onTrouble: () => void,
  ) {}

  /** Follows the server until the worker ends, or the server says that asking again cannot help. */
  async watch(): Promise<void> {
    try {
      await this.#watch();
    } catch (error) {
      this.post({ type: "tasks-failed", message: (error as Error).message });
      this.onTrouble();
    }
  }

  async #watch(): Promise<void> {
    for await (const event of watchTasks(this.options)) {
      if (event.type === "connection") {
        this.#connection = connectionOf(event, Date.now());
        if (event.state === "live") await this.#reload();
        else this.#tellSoon();
        if (event.state === "waiting") this.onTrouble();
      } else this.#changed(event.summary);
    }
  }

  /** Every change of any task's attempts. Returns the way to stop it. */
  onAttempt(listener: (summary: AttemptSummary) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async more(): Promise<void> {
    const before = this.#tasks.at(-1)?.createdAt;
    if (before === undefined) return;
    const older = await this.#page(before);
    if (older !== undefined) this.#tasks = [...this.#tasks, ...older];
    this.#tellSoon();
  }

  /** What is known already, for a page that has just come. */
  tellNow(): void {
    if (this.#isLoaded) this.#tell();
  }

  async #reload(): Promise<void> {
    const newest = await this.#page();
    if (newest === undefined) return;
    this.#tasks = newest;
    this.#isLoaded = true;
    this.#tellSoon();
  }

  async #page(before?: string): Promise<TaskRecord[] | undefined> {
    try {
      const page = await this.api.listTasks({ limit: pageSize, ...(before === undefined ? {} : { before }) });
      this.#hasMore = page.length === pageSize;
      return page;
    } catch (error) {
      this.post({ type: "tasks-failed", message: (error as Error).message });
      return undefined;
    }
  }

  #changed(summary: AttemptSummary): void {
    for (const listener of this.#listeners) listener(summary);
    const index = this.#tasks.findIndex((task) => task.id === summary.taskId);
    if (index < 0) void this.#add(summary.taskId);
    else this.#tasks = this.#tasks.with(index, withAttempt(this.#tasks[index]!, summary));
    this.#tellSoon();
  }

  async #add(taskId: string): Promise<void> {
    try {
      const task = await this.api.getTask(taskId);
      if (this.#tasks.some(({ id }) => id === taskId)) return;
      this.#tasks = [task, ...this.#tasks].toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
      this.#tellSoon();
    } catch {
      // Deleted in the meantime, or the server has gone: the list is read again on the next connection.
    }
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => this.#tell(), tellEveryMs);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.post({
      type: "tasks",
      tasks: this.#tasks,
      isLoaded: this.#isLoaded,
      hasMore: this.#hasMore,
      connection: this.#connection,
    });
  }
}

/** The task as it is after a change of one of its attempts. */
export function withAttempt(task: TaskRecord, summary: AttemptSummary): TaskRecord {
  if (summary.attempt < task.attempts) return task;
  const { exitCode: _, ...rest } = task;
  return {
    ...rest,
    status: taskStatusOf(summary),
    attempts: summary.attempt,
    latest: summary,
    ...(summary.exitCode === undefined ? {} : { exitCode: summary.exitCode }),
  };
}
