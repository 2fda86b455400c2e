import type { FromWorker } from "../worker/messages.ts";
import { Observable } from "./observable.ts";
import type { WorkerLink } from "./worker-link.ts";

export type TaskListState = Omit<Extract<FromWorker, { type: "tasks" }>, "type"> & {
  /** Why the last reading failed. */
  readonly failure?: string;
};

/** The tasks, as the worker last told them. */
export class TaskList {
  readonly state = new Observable<TaskListState>({
    tasks: [],
    isLoaded: false,
    hasMore: false,
    connection: { state: "connecting" },
  });

  constructor(private readonly link: WorkerLink) {
    link.listen((message) => this.#take(message));
    link.post({ type: "list-tasks" });
  }

  more(): void {
    this.link.post({ type: "more-tasks" });
  }

  #take(message: FromWorker): void {
    if (message.type === "tasks") this.state.set(message);
    else if (message.type === "tasks-failed")
      this.state.set({ ...this.state.get(), failure: message.message });
  }
}
