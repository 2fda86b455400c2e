import { closeSync, readlinkSync } from "node:fs";
import type { ScriptInput } from "./script-input.ts";

/** The end of a pipe that is ours to write to. Writing never blocks: what does not fit waits for the reader. */
export class PipeInput implements ScriptInput {
  readonly names: readonly string[];
  /** Made for the first write: most scripts are never sent anything. */
  #sink: Bun.FileSink | undefined;
  #isOpen = true;

  constructor(private readonly fd: number) {
    this.names = namesOf(fd);
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (!this.#isOpen) throw new Error("it is closed");
    this.#sink ??= Bun.file(this.fd).writer();
    await this.#sink.write(bytes);
    await this.#sink.flush();
  }

  async end(): Promise<void> {
    this.close();
  }

  /** At once; what has not been written is not. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    void Promise.resolve(this.#sink?.end()).catch(() => {});
    closeSync(this.fd);
  }
}

function namesOf(fd: number): string[] {
  try {
    return [readlinkSync(`/proc/self/fd/${fd}`)];
  } catch {
    return [];
  }
}
