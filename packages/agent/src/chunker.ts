import { levelCode, lineFlags, sourceCode } from "@keruta/protocol";
import { LineCutter } from "./lines.ts";
import { OpenChunk, type UnnumberedChunk } from "./open-chunk.ts";

export interface ChunkerOptions {
  readonly maxLineBytes: number;
  /** A line waits at most this long for company; on an idle stream it does not wait. */
  readonly flushIntervalMs: number;
  /** Whole microseconds since the epoch; may go back. */
  readonly nowUs: () => number;
  /** Where a closed chunk is laid out; it is the chunk's until whoever takes the chunk gives it back. */
  readonly scratch?: () => Uint8Array;
  /** Takes closed chunks, in order. */
  readonly emit: (chunk: UnnumberedChunk) => void;
}

/**
 * Turns blocks of output into chunks, the sources interleaved as they arrived. A chunk is closed when
 * it is full, or `flushIntervalMs` after the last one was closed.
 */
export class Chunker {
  readonly stdout: LineCutter;
  readonly stderr: LineCutter;
  readonly #chunk = new OpenChunk();
  #closedAtUs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ChunkerOptions) {
    const cutter = (source: number) =>
      new LineCutter(source, options.maxLineBytes, this.#chunk, () => this.#close());
    this.stdout = cutter(sourceCode.stdout);
    this.stderr = cutter(sourceCode.stderr);
  }

  push(cutter: LineCutter, block: Uint8Array): void {
    cutter.push(block, this.options.nowUs());
    this.#schedule();
  }

  /** The source's output has ended. */
  endSource(cutter: LineCutter): void {
    cutter.end(this.options.nowUs());
    this.#schedule();
  }

  /** A line of the agent's own. */
  say(level: "INFO" | "WARN" | "ERROR", text: string): void {
    const bytes = new TextEncoder().encode(`${text}\n`);
    this.#chunk.addLine(bytes.length - 1, lineFlags(sourceCode.agent, levelCode[level]));
    this.#chunk.addText(bytes, this.options.nowUs());
    if (this.#chunk.isFull(0)) this.#close();
    this.#schedule();
  }

  /** Closes the open chunk now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#chunk.lineCount > 0) this.#close();
  }

  #close(): void {
    this.#closedAtUs = this.options.nowUs();
    this.options.emit(this.#chunk.take(this.options.scratch?.()));
  }

  #schedule(): void {
    if (this.#chunk.lineCount === 0 || this.#timer !== undefined) return;
    const elapsedMs = (this.options.nowUs() - this.#closedAtUs) / 1_000;
    // A clock that was set back must not postpone the flush.
    const waitMs = elapsedMs < 0 ? 0 : this.options.flushIntervalMs - elapsedMs;
    if (waitMs <= 0) return this.flush();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#schedule();
    }, waitMs);
  }
}
