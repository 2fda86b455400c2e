import { closeSync, constants, openSync } from "node:fs";
import { libc } from "../libc.ts";

/** `tcflow`'s actions on Linux; what is stopped is what programs write to the terminal. */
const stopOutput = 0;
const goOnWithOutput = 1;

/**
 * Stops and starts what a terminal's programs write, as a person does with Ctrl-S and Ctrl-Q, but without a key that a
 * program could read. A program that writes while it is stopped waits.
 */
export class OutputStop {
  /** The terminal while it is stopped. Holding it open longer would hide that its programs have ended. */
  #fd: number | undefined;

  /** `path`: the terminal, as its programs know it. Without one nothing is ever stopped. */
  constructor(private readonly path: string | undefined) {}

  stop(): void {
    if (this.path === undefined || this.#fd !== undefined) return;
    this.#fd = open(this.path);
    if (this.#fd !== undefined) flow(this.#fd, stopOutput);
  }

  goOn(): void {
    if (this.#fd === undefined) return;
    flow(this.#fd, goOnWithOutput);
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function flow(fd: number, action: number): void {
  const { tcflow } = libc({ tcflow: { args: ["i32", "i32"], returns: "i32" } });
  tcflow(fd, action);
}

/** It must not become our own terminal. Undefined where it has gone. */
function open(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}
