import { fstatSync, write, writeSync } from "node:fs";

/** How long to wait before a descriptor that was full is tried again. */
const fullRetryMs = 5;

/**
 * Copies bytes to one of our own descriptors, exactly. Wherever a reader could make us wait (a pipe, a
 * terminal) another thread does the waiting, so that signals and the connection are still attended to.
 */
export class Mirror {
  readonly #waits: boolean;
  #gone = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly fd: number) {
    const stat = statOf(fd);
    // A file or /dev/null never makes us wait, and a write in place is much cheaper.
    this.#waits = stat === undefined || !(stat.isFile() || (stat.isCharacterDevice() && stat.rdev === 0x103));
  }

  /** Resolves when all is written, after what came before, or at once (undefined) where nothing can make it wait. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#gone) return undefined;
    if (this.#waits) {
      this.#writing = this.#writing.then(() => this.#writeAll(bytes));
      return this.#writing;
    }
    this.#writeInPlace(bytes);
    return undefined;
  }

  #writeInPlace(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
    } catch {
      // A full disk under a redirected stdout is not a reason to stop the script or its log.
      this.#gone = true;
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#gone; ) {
      const result = await writeOnce(this.fd, bytes, at);
      if (typeof result === "number") at += result;
      else if (result.code === "EAGAIN") await Bun.sleep(fullRetryMs);
      // EPIPE: the reader has gone. The script's output is still captured.
      else this.#gone = true;
    }
  }
}

function statOf(fd: number) {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

function writeOnce(fd: number, bytes: Uint8Array, at: number): Promise<number | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    write(fd, bytes, at, bytes.length - at, null, (error, written) => resolve(error ?? written));
  });
}
