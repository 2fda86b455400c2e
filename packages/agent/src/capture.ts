import { releaseBytes } from "@keruta/protocol";

export interface CaptureOptions {
  readonly command: readonly string[];
  /**
   * Takes one block of a stream; the next is not read before its promise has resolved. The block's bytes are gone
   * then: what is to be kept of them has to be copied.
   */
  readonly onBlock: (stream: "stdout" | "stderr", block: Uint8Array) => Promise<void> | undefined;
}

interface BlockReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** How the script ended: by itself or by a signal. */
export type Exit = { readonly exitCode: number } | { readonly signal: string };

/** A running command that leads its own process group. */
export interface Script {
  readonly pid: number;
  readonly exited: Promise<Exit>;
}

/** Runs a command with everything it has from us, its output too. Throws what spawning throws. */
export function runUncaptured(command: readonly string[]): Script {
  const child = Bun.spawn([...command], { stdio: ["inherit", "inherit", "inherit"], detached: true });
  return { pid: child.pid, exited: child.exited.then(() => exitOf(child)) };
}

function exitOf(child: { readonly exitCode: number | null; readonly signalCode: unknown }): Exit {
  return child.signalCode === null ? { exitCode: child.exitCode ?? 0 } : { signal: String(child.signalCode) };
}

/**
 * Runs a command with its output in our hands: in its own process group, with our stdin, environment
 * and working directory. A stream that is not read fills its pipe and makes the script wait.
 */
export class Capture implements Script {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Resolves when both streams have ended or been given up. */
  readonly drained: Promise<void>;
  readonly #readers: readonly BlockReader[];

  /** Throws what spawning throws (ENOENT, EACCES). */
  constructor({ command, onBlock }: CaptureOptions) {
    const child = Bun.spawn([...command], {
      stdin: "inherit",
      stdout: "pipe",
      stderr: "pipe",
      // Its own group: a signal can be passed on to everything the script started.
      detached: true,
    });
    this.pid = child.pid;
    this.exited = child.exited.then(() => exitOf(child));
    const stdout = child.stdout.getReader();
    const stderr = child.stderr.getReader();
    this.#readers = [stdout, stderr];
    this.drained = Promise.all([
      this.#read(stdout, (block) => onBlock("stdout", block)),
      this.#read(stderr, (block) => onBlock("stderr", block)),
    ]).then(() => {});
  }

  async #read(reader: BlockReader, onBlock: (block: Uint8Array) => Promise<void> | undefined): Promise<void> {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) return;
      const wait = onBlock(value);
      if (wait !== undefined) await wait;
      // Each block is memory of its own, and all that was wanted of it has been copied.
      if (value.length === value.buffer.byteLength) releaseBytes(value);
    }
  }

  /** Stops reading; what is still in the pipes is lost. */
  abandon(): void {
    for (const reader of this.#readers) void reader.cancel().catch(() => {});
  }
}
