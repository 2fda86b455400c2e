import type { LogUpdate, Row } from "../worker/messages.ts";

/** Where the surface gets its rows: in the panel the worker, in a test a generator. */
export interface LogFeed {
  /** From now on `update` carries the newest `count` rows. */
  follow(count: number): void;
  /** Asks for the rows of `count` lines from line `first`; they come by `rows`. */
  window(first: number, count: number): void;
  /** The last update is on the screen: the next may come. */
  drawn(): void;
  /** Sets who is told. Returns the way to stop. */
  listen(listener: LogListener): () => void;
}

export interface LogListener {
  update(update: LogUpdate): void;
  rows(rows: readonly Row[]): void;
  /** The feed starts over: what was asked for must be asked for again. */
  reopened(): void;
}
