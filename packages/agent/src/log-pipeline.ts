import { type Level, releaseBytes, type Source } from "@keruta/protocol";
import { Chunker } from "./chunker.ts";
import { type CompressedChunk, Compressor } from "./compressor.ts";
import type { Masking } from "./masking/masking.ts";
import { Partials } from "./partials.ts";
import type { Spool } from "./spool.ts";

export interface LogPipelineOptions {
  readonly maxLineBytes: number;
  readonly flushIntervalMs: number;
  readonly nowUs: () => number;
  readonly spool: Spool;
  /** A chunk is in the spool; with its header before it was numbered. */
  readonly onSpooled: (header: CompressedChunk["header"]) => void;
  readonly onPartial: (source: Source, text: string) => void;
  /** Keeps secrets out of the agent's own lines; the script's have none any more. */
  readonly masking?: Pick<Masking, "text">;
}

/** The way of a block of output: lines, chunk, compression, spool. */
export class LogPipeline {
  readonly #chunker: Chunker;
  readonly #compressor: Compressor;
  readonly #partials: Partials;
  readonly #spool: Spool;
  readonly #masking: Pick<Masking, "text"> | undefined;

  constructor(options: LogPipelineOptions) {
    this.#spool = options.spool;
    this.#masking = options.masking;
    this.#compressor = new Compressor((chunk) => {
      options.spool.append(chunk);
      releaseBytes(chunk.body);
      options.onSpooled(chunk.header);
    });
    this.#chunker = new Chunker({
      ...options,
      scratch: () => this.#compressor.scratch(),
      emit: (chunk) => this.#compressor.submit(chunk),
    });
    this.#partials = new Partials(this.#chunker, options.nowUs, options.onPartial);
  }

  /** Where it returns a promise, the next block must wait for it: that is what bounds memory and disk. */
  push(stream: "stdout" | "stderr", block: Uint8Array): Promise<void> | undefined {
    this.#chunker.push(this.#chunker[stream], block);
    this.#partials.update();
    return this.#compressor.room() ?? this.#spool.room();
  }

  /** Lines of the agent's own. */
  say(level: Level, text: string): void {
    this.#chunker.say(level, this.#masking?.text(text) ?? text);
  }

  /** Whether a stream stands at text that no newline has ended. */
  get hasUnfinishedText(): boolean {
    return this.#chunker.stdout.unterminated.length > 0 || this.#chunker.stderr.unterminated.length > 0;
  }

  tellPartialsAgain(): void {
    this.#partials.tellAgain();
  }

  /** The output has ended: resolves when all of it is in the spool. */
  async end(): Promise<void> {
    this.#chunker.endSource(this.#chunker.stdout);
    this.#chunker.endSource(this.#chunker.stderr);
    this.#partials.update();
    this.#partials.stop();
    await this.flush();
  }

  async flush(): Promise<void> {
    this.#chunker.flush();
    await this.#compressor.idle();
  }
}
