/** Tasks that have series of their own at a time. */
const maxTasks = 500;

/**
 * Keeps the label set of tasks bounded: the most recent `maxTasks` have a label of their own. One that has ended makes room
 * first; where all run, further ones share the empty label.
 */
export class TaskLabels {
  /** Whether it has ended, by id; oldest first. */
  readonly #known = new Map<string, boolean>();

  /** `onEvict` removes the task's series. */
  constructor(private readonly onEvict: (taskId: string) => void) {}

  labelOf(taskId: string): string {
    if (this.#known.has(taskId)) return taskId;
    if (this.#known.size >= maxTasks && !this.#makeRoom()) return "";
    this.#known.set(taskId, false);
    return taskId;
  }

  /** The task's newest attempt began or ended. */
  setEnded(taskId: string, hasEnded: boolean): void {
    if (this.#known.has(taskId)) this.#known.set(taskId, hasEnded);
  }

  #makeRoom(): boolean {
    for (const [taskId, hasEnded] of this.#known) {
      if (!hasEnded) continue;
      this.#known.delete(taskId);
      this.onEvict(taskId);
      return true;
    }
    return false;
  }
}
