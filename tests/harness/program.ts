import { readFileSync } from "node:fs";
import { join } from "node:path";
import { within } from "./wait-for.ts";

export interface ProgramOptions {
  /** A directory of its own: what it prints goes to `stdout` and `stderr` in there. */
  readonly dir: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  /** As a shell shows it: the exit code, or 128 + the signal's number. */
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
}

/** A started process. What it prints goes to files, so that a test that reads nothing never holds it up. */
export class Program {
  readonly stdoutPath: string;
  readonly stderrPath: string;
  readonly #process: Bun.Subprocess<"pipe">;

  constructor(
    private readonly command: readonly string[],
    options: ProgramOptions,
  ) {
    this.stdoutPath = join(options.dir, "stdout");
    this.stderrPath = join(options.dir, "stderr");
    this.#process = Bun.spawn([...command], {
      cwd: options.cwd ?? options.dir,
      env: { ...process.env, ...options.env },
      stdin: "pipe",
      stdout: Bun.file(this.stdoutPath),
      stderr: Bun.file(this.stderrPath),
    });
    running.add(this);
    this.#process.exited.then(() => running.delete(this));
  }

  get pid(): number {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.isRunning) process.kill(this.pid, signal);
  }

  type(text: string): void {
    this.#process.stdin.write(text);
    this.#process.stdin.flush();
  }

  /** Types the last of what there is to type. */
  finishTyping(text: string): void {
    this.#process.stdin.write(text);
    this.#process.stdin.end();
  }

  async ended(limitMs?: number): Promise<Ended> {
    const code = await within(`the end of: ${this.command.join(" ")}`, this.#process.exited, limitMs);
    return { code, signal: this.#process.signalCode as NodeJS.Signals | null };
  }

  stdout(): string {
    return readFileSync(this.stdoutPath, "utf8");
  }

  stderr(): string {
    return readFileSync(this.stderrPath, "utf8");
  }

  /** Resident memory now and at its highest, in bytes. */
  memory(): { residentBytes: number; peakBytes: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return { residentBytes: kilobytes(status, "VmRSS"), peakBytes: kilobytes(status, "VmHWM") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.#process.exited;
  }
}

const running = new Set<Program>();
// A test that ran out of time never disposes: nothing it started may outlive the test run.
process.on("exit", () => {
  for (const program of running) program.kill("SIGKILL");
});

function kilobytes(status: string, key: string): number {
  const match = status.match(new RegExp(`^${key}:\\s+(\\d+) kB`, "m"));
  if (match === null) throw new Error(`cannot read ${key} of a process that has ended`);
  return Number(match[1]) * 1024;
}
