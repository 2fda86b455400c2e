import { write } from "node:fs";

/** Whoever read our output has gone (`head`): there is nothing left to do, and nothing went wrong. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** How long to wait for a reader where the file does not wait itself (a pipe shared with someone who made it so). */
const fullPipeRetryMs = 5;

/**
 * Where a command's result goes. `write` resolves when the operating system has all of it: the caller
 * goes no faster than the reader, and the end of the program cuts nothing off.
 */
export class Output {
  constructor(private readonly fd: number) {}

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += await this.#writeSome(bytes, at);
  }

  #writeSome(bytes: Uint8Array, at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.fd, bytes, at, bytes.length - at, null, (error, written) => {
        if (error === null) resolve(written);
        else if (error.code === "EAGAIN") setTimeout(() => resolve(0), fullPipeRetryMs);
        else reject(error.code === "EPIPE" ? new OutputClosed() : error);
      });
    });
  }
}
