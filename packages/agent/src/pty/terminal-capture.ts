import { readlinkSync } from "node:fs";
import { bounds } from "../bounds.ts";
import { type CapturedScript, type Exit, exitOf, type OnBlock, type Surroundings } from "../capture.ts";
import { CommandError } from "../command.ts";
import { OutputStop } from "./output-stop.ts";
import { TerminalInput } from "./terminal-input.ts";
import type { WindowSize } from "./window-size.ts";

export interface TerminalCaptureOptions extends Surroundings {
  readonly command: readonly string[];
  readonly size: WindowSize;
  readonly onBlock: OnBlock;
}

/** Where the environment says nothing of a terminal's kind. */
const terminalKind = "xterm-256color";

/**
 * A script on a terminal of its own, which is its input, its output and its errors: one stream, told as stdout. It
 * leads a session whose controlling terminal it is. While a block is not taken, what follows is kept, up to
 * `maxTerminalBytes`; then the terminal's output is stopped, so that the script waits.
 */
export class TerminalCapture implements CapturedScript {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly drained: Promise<void>;
  readonly input: TerminalInput;
  blocksRead = 0;
  readonly #terminal: Bun.Terminal;
  readonly #onBlock: OnBlock;
  readonly #stop: OutputStop;
  readonly #drained = Promise.withResolvers<void>();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isTaking = false;
  #hasEnded = false;

  /** Throws what spawning throws (ENOENT, EACCES). */
  constructor({ command, size, onBlock, env = process.env, ...surroundings }: TerminalCaptureOptions) {
    // Elsewhere its output could not be stopped, and would have to be kept without a bound.
    if (process.platform !== "linux")
      throw new CommandError(126, "cannot run on a terminal: --pty needs Linux");
    this.#onBlock = onBlock;
    this.drained = this.#drained.promise;
    const input = new TerminalInput();
    const child = Bun.spawn([...command], {
      ...surroundings,
      env: { ...env, TERM: env["TERM"] || terminalKind },
      detached: true,
      terminal: {
        cols: size.columns,
        rows: size.rows,
        data: (_terminal, bytes) => this.#take(bytes),
        drain: () => input.drained(),
        exit: () => this.#end(),
      },
    });
    this.pid = child.pid;
    this.exited = child.exited.then(() => exitOf(child));
    this.#terminal = child.terminal!;
    const path = terminalOf(child.pid);
    this.#stop = new OutputStop(path);
    input.open(this.#terminal, path);
    this.input = input;
  }

  resize({ columns, rows }: WindowSize): void {
    if (!this.#terminal.closed) this.#terminal.resize(columns, rows);
  }

  abandon(): void {
    this.#waiting = [];
    this.#end();
  }

  #take(bytes: Uint8Array): void {
    this.blocksRead++;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > bounds.maxTerminalBytes) this.#stop.stop();
    void this.#handOn();
  }

  async #handOn(): Promise<void> {
    if (this.#isTaking) return;
    this.#isTaking = true;
    for (let block = this.#waiting.shift(); block !== undefined; block = this.#waiting.shift()) {
      this.#waitingBytes -= block.length;
      const wait = this.#onBlock("stdout", block);
      if (wait !== undefined) await wait;
      if (this.#waitingBytes <= bounds.maxTerminalBytes / 2) this.#stop.goOn();
    }
    this.#isTaking = false;
    if (this.#hasEnded) this.#close();
  }

  /** Nobody has the terminal open any more, or we are done with it. */
  #end(): void {
    this.#hasEnded = true;
    if (!this.#isTaking) this.#close();
  }

  #close(): void {
    this.#stop.goOn();
    this.#terminal.close();
    this.#drained.resolve();
  }
}

/** The path of the terminal that a process was started with as its input. Undefined where it has ended already. */
function terminalOf(pid: number): string | undefined {
  try {
    const path = readlinkSync(`/proc/${pid}/fd/0`);
    return path.startsWith("/dev/pts/") ? path : undefined;
  } catch {
    return undefined;
  }
}
