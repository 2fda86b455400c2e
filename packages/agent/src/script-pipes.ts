import { closeSync } from "node:fs";
import { closePipe, openPipes, type Pipe } from "./pipe.ts";
import type { StdinSource } from "./stdin/stdin-source.ts";

/** The pipes between a script and us. After `handOver` the script's ends are the script's alone. */
export class ScriptPipes {
  readonly #stdout: Pipe;
  readonly #stderr: Pipe;
  readonly #stdin: Pipe | undefined;

  constructor(private readonly source: StdinSource) {
    const [stdout, stderr, stdin] = openPipes(source === "server" ? 3 : 2);
    this.#stdout = stdout!;
    this.#stderr = stderr!;
    this.#stdin = stdin;
  }

  /** What the script is spawned with. */
  get stdio(): [number | "inherit" | "ignore", number, number] {
    const stdin = this.#stdin?.readFd ?? (this.source === "none" ? "ignore" : "inherit");
    return [stdin, this.#stdout.writeFd, this.#stderr.writeFd];
  }

  get stdoutFd(): number {
    return this.#stdout.readFd;
  }

  get stderrFd(): number {
    return this.#stderr.readFd;
  }

  /** What is written here the script reads; undefined where its input is not the server's. */
  get stdinFd(): number | undefined {
    return this.#stdin?.writeFd;
  }

  /** The script has been started. Holding on to its ends would keep them open for ever. */
  handOver(): void {
    closeSync(this.#stdout.writeFd);
    closeSync(this.#stderr.writeFd);
    if (this.#stdin !== undefined) closeSync(this.#stdin.readFd);
  }

  close(): void {
    for (const pipe of [this.#stdout, this.#stderr, this.#stdin]) if (pipe !== undefined) closePipe(pipe);
  }
}
