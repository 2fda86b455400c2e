import { closeSync } from "node:fs";
import { releaseBytes } from "@keruta/protocol";
import { ScriptPipes } from "./script-pipes.ts";
import { PipeInput } from "./stdin/pipe-input.ts";
import type { ScriptInput } from "./stdin/script-input.ts";
import type { StdinSource } from "./stdin/stdin-source.ts";

/**
 * Takes one block of a stream; the next is not read before its promise has resolved. The block's bytes are gone
 * then: what is to be kept of them has to be copied.
 */
export type OnBlock = (stream: "stdout" | "stderr", block: Uint8Array) => Promise<void> | undefined;

/** What a script is started with beside its command. */
export interface Surroundings {
  /** In place of our own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface CaptureOptions extends Surroundings {
  readonly command: readonly string[];
  readonly stdin: StdinSource;
  readonly onBlock: OnBlock;
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

/** A script whose output is in our hands. What is not read makes it wait. */
export interface CapturedScript extends Script {
  /** Resolves when its output has ended or been given up. */
  readonly drained: Promise<void>;
  /** Where its input is written to, where that is the server's. */
  readonly input: ScriptInput | undefined;
  /** Grows with each block that was read. */
  readonly blocksRead: number;
  /** Stops reading; what has not been read is lost. */
  abandon(): void;
}

/** Runs a command with everything it has from us, its output too. Throws what spawning throws. */
export function runUncaptured(
  command: readonly string[],
  stdin: "inherit" | "none",
  surroundings: Surroundings = {},
): Script {
  const child = Bun.spawn([...command], {
    ...surroundings,
    stdio: [stdin === "none" ? "ignore" : "inherit", "inherit", "inherit"],
    detached: true,
  });
  return { pid: child.pid, exited: child.exited.then(() => exitOf(child)) };
}

export function exitOf(child: { readonly exitCode: number | null; readonly signalCode: unknown }): Exit {
  return child.signalCode === null ? { exitCode: child.exitCode ?? 0 } : { signal: String(child.signalCode) };
}

/** A script with a pipe for each of its outputs, in its own process group. */
export class Capture implements CapturedScript {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly drained: Promise<void>;
  readonly input: ScriptInput | undefined;
  blocksRead = 0;
  readonly #readers: BlockReader[] = [];

  /** Throws what spawning throws (ENOENT, EACCES). */
  constructor({ command, stdin, onBlock, ...surroundings }: CaptureOptions) {
    const pipes = new ScriptPipes(stdin);
    const child = spawnWith(pipes, command, surroundings);
    this.pid = child.pid;
    this.exited = child.exited.then(() => exitOf(child));
    this.input = pipes.stdinFd === undefined ? undefined : new PipeInput(pipes.stdinFd);
    this.drained = Promise.all([
      this.#read(pipes.stdoutFd, (block) => onBlock("stdout", block)),
      this.#read(pipes.stderrFd, (block) => onBlock("stderr", block)),
    ]).then(() => {});
  }

  async #read(fd: number, onBlock: (block: Uint8Array) => Promise<void> | undefined): Promise<void> {
    const reader: BlockReader = Bun.file(fd).stream().getReader();
    this.#readers.push(reader);
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) break;
      this.blocksRead++;
      const wait = onBlock(value);
      if (wait !== undefined) await wait;
      // Each block is memory of its own, and all that was wanted of it has been copied.
      if (value.length === value.buffer.byteLength) releaseBytes(value);
    }
    // Whoever still writes is told that nobody reads.
    closeSync(fd);
  }

  abandon(): void {
    for (const reader of this.#readers) void reader.cancel().catch(() => {});
  }
}

function spawnWith(pipes: ScriptPipes, command: readonly string[], surroundings: Surroundings) {
  try {
    // Its own group: a signal can be passed on to everything the script started.
    const child = Bun.spawn([...command], { ...surroundings, stdio: pipes.stdio, detached: true });
    pipes.handOver();
    return child;
  } catch (cause) {
    pipes.close();
    throw cause;
  }
}
