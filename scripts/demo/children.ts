import type { Subprocess } from "bun";

const bun = process.execPath;

/**
 * The demo's programs. They do not share the terminal's Ctrl-C: the demo gets it, and asks each of
 * them once, since a second signal would mean "at once".
 */
export class Children {
  readonly #running = new Set<Subprocess>();
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  start<Out extends "inherit" | "ignore" | "pipe", Err extends "inherit" | "pipe">(
    command: readonly string[],
    options: { stdout: Out; stderr: Err; env?: Readonly<Record<string, string>> },
  ): Subprocess<"ignore", Out, Err> {
    const env = { ...process.env, ...options.env };
    const child = Bun.spawn([bun, ...command], { ...options, env, stdin: "ignore", detached: true });
    this.#running.add(child);
    void child.exited.then(() => this.#running.delete(child));
    return child;
  }

  /** The last one started first, so that the server is there for the agent's last lines. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const child of [...this.#running].reverse()) {
      child.kill("SIGTERM");
      await child.exited;
    }
  }

  async allEnded(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running].map((child) => child.exited));
  }
}
