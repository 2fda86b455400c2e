import { isatty } from "node:tty";

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** What is not given is that of our own terminal, or of a terminal of old. */
export interface WantedSize {
  readonly columns?: number;
  readonly rows?: number;
}

const usualSize: WindowSize = { columns: 80, rows: 24 };

/** The size of the script's terminal, and what tells it when our own changes its size. */
export class WindowSizes {
  readonly #own = [process.stdout, process.stderr].find(({ fd }) => isatty(fd));

  constructor(private readonly wanted: WantedSize) {}

  get now(): WindowSize {
    const { columns, rows } = this.#own ?? usualSize;
    return { columns: this.wanted.columns ?? columns, rows: this.wanted.rows ?? rows };
  }

  /** Returns what ends it. */
  follow(resize: (size: WindowSize) => void): () => void {
    const tell = () => resize(this.now);
    // Not SIGWINCH itself: when that comes, the stream does not know its new size yet.
    this.#own?.on("resize", tell);
    return () => void this.#own?.off("resize", tell);
  }
}
