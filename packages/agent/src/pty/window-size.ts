import { isatty, WriteStream } from "node:tty";

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
  readonly #own: WriteStream | undefined;

  constructor(private readonly wanted: WantedSize) {
    const fd = [1, 2, 0].find((each) => isatty(each));
    this.#own = fd === undefined ? undefined : new WriteStream(fd);
  }

  get now(): WindowSize {
    const [columns, rows] = this.#own?.getWindowSize() ?? [usualSize.columns, usualSize.rows];
    return { columns: this.wanted.columns ?? columns, rows: this.wanted.rows ?? rows };
  }

  /** Returns what ends it. */
  follow(resize: (size: WindowSize) => void): () => void {
    const tell = () => resize(this.now);
    process.on("SIGWINCH", tell);
    return () => void process.off("SIGWINCH", tell);
  }
}
