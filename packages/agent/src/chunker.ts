import { type Level, LineFlag, levelCode, lineFlags, sourceCode } from "@keruta/protocol";
import { LineCutter } from "./lines.ts";
import { OpenChunk, type UnnumberedChunk } from "./open-chunk.ts";
import { ownLines } from "./own-text.ts";

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

/** So many chunks may be closed without waiting when the stream was idle before. */
const burstChunks = 4;

/**
 * Turns blocks of output into chunks, the sources interleaved as they arrived. A chunk is closed when it is full;
 * else at once as long as that makes no more than one every `flushIntervalMs` on average, and when it would make
 * more, as soon as it does not: the generic cell rate algorithm (ITU-T I.371) with a tolerance of `burstChunks`.
 * So a script that prints now and then never waits, and one that prints all the time makes no more chunks for it.
 */
export class Chunker {
  readonly stdout: LineCutter;
  readonly stderr: LineCutter;
  readonly #chunk = new OpenChunk();
  /** When a chunk would be due if they had all been closed at the average rate. */
  #dueUs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ChunkerOptions) {
    const cutter = (source: number) =>
      new LineCutter(source, options.maxLineBytes, this.#chunk, () => this.#close());
    this.stdout = cutter(sourceCode.stdout);
    this.stderr = cutter(sourceCode.stderr);
  }

  get #intervalUs(): number {
    return this.options.flushIntervalMs * 1_000;
  }

  get #burstUs(): number {
    return this.#intervalUs * (burstChunks - 1);
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

  /** Lines of the agent's own. */
  say(level: Level, text: string): void {
    for (const { bytes, textBytes, isContinued } of ownLines(text, this.options.maxLineBytes)) {
      const flags = lineFlags(sourceCode.agent, levelCode[level], isContinued ? LineFlag.continued : 0);
      this.#chunk.addLine(textBytes, flags);
      this.#chunk.addText(bytes, this.options.nowUs());
      if (this.#chunk.isFull(0)) this.#close();
    }
    this.#schedule();
  }

  /** Closes the open chunk now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#chunk.lineCount > 0) this.#close();
  }

  #close(): void {
    const nowUs = this.options.nowUs();
    // A rush of full chunks is not held against what comes after it.
    this.#dueUs = Math.min(Math.max(nowUs, this.#dueUs), nowUs + this.#burstUs) + this.#intervalUs;
    this.options.emit(this.#chunk.take(this.options.scratch?.()));
  }

  #schedule(): void {
    if (this.#chunk.lineCount === 0 || this.#timer !== undefined) return;
    const waitUs = this.#dueUs - this.#burstUs - this.options.nowUs();
    if (waitUs <= 0) return this.flush();
    // A clock that was set back must not postpone it.
    const waitMs = Math.min(waitUs, this.#intervalUs) / 1_000;
    this.#timer = setTimeout(() => this.flush(), waitMs);
  }
}
