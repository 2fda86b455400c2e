/** One thing after the other for each task; tasks do not wait for each other. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Begins when what was asked for before is over, however that ended. */
  take<T>(taskId: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(taskId) ?? Promise.resolve()).then(act);
    const over = turn
      .then(
        () => {},
        () => {},
      )
      .then(() => {
        if (this.#last.get(taskId) === over) this.#last.delete(taskId);
      });
    this.#last.set(taskId, over);
    return turn;
  }
}
