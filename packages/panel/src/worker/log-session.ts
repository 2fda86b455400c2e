import type { LogSource, LogStatus } from "@keruta/client";
import { connectionOf } from "./connection-of.ts";
import { countLevels, makeRows, partialRows } from "./make-rows.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** More rows than the tallest screen shows, with as many again above and below. */
const maxWindowRows = 1_000;

/** What the page wants to have: the last `count` lines as they come, or `count` lines from `first`. */
export type Wanted =
  | Pick<Extract<ToWorker, { type: "follow" }>, "type" | "count">
  | Omit<Extract<ToWorker, { type: "window" }>, "view">;

/**
 * One log that a page shows. While the page follows, every change is told with the newest rows; while
 * it reads elsewhere, with the counts only, and rows when it asks. One message is on its way at a time:
 * the next waits for `drawn`, so a page that draws slowly, or sleeps in a background tab, is never owed a queue.
 */
export class LogSession {
  #isDirty = true;
  #isBusy = false;
  #reading = new AbortController();
  #unread = false;
  readonly #stopListening: () => void;

  constructor(
    private readonly view: number,
    private wanted: Wanted,
    private readonly source: LogSource,
    private readonly post: (message: FromWorker) => void,
  ) {
    this.#stopListening = source.onChange((status) => this.#changed(status));
    void this.#read();
    void this.#tell();
  }

  want(wanted: Wanted): void {
    this.wanted = { ...wanted, count: Math.min(wanted.count, maxWindowRows) };
    this.#reading.abort();
    this.#isDirty = true;
    void this.#read();
    void this.#tell();
  }

  drawn(): void {
    this.#isBusy = false;
    void this.#tell();
  }

  close(): void {
    this.#stopListening();
    this.#reading.abort();
    this.source.close();
  }

  #changed(status: LogStatus): void {
    this.#isDirty = true;
    if (this.#unread && status.connection.state === "live") void this.#read();
    void this.#tell();
  }

  async #tell(): Promise<void> {
    if (this.#isBusy || !this.#isDirty) return;
    this.#isBusy = true;
    this.#isDirty = false;
    const status = this.source.status();
    const rows = await this.#newestRows(status);
    this.post({
      type: "log",
      view: this.view,
      summary: status.summary,
      first: status.first,
      head: status.head,
      levelCounts: countLevels(this.source.counts()),
      partials: partialRows(status.partials),
      connection: connectionOf(status.connection, Date.now()),
      ended: status.ended,
      ...(status.error === undefined ? {} : { error: status.error.message }),
      rows,
    });
  }

  async #newestRows(status: LogStatus) {
    if (this.wanted.type !== "follow") return [];
    const first = Math.max(status.first, status.head - this.wanted.count + 1);
    try {
      return await this.#rows(first, status.head - first + 1);
    } catch {
      // The server cannot be reached; `connection` in the status says so, and `live` comes back here.
      return [];
    }
  }

  async #read(): Promise<void> {
    this.#unread = false;
    if (this.wanted.type !== "window") return;
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    try {
      const rows = await this.#rows(this.wanted.first, this.wanted.count, signal);
      if (!signal.aborted) this.post({ type: "rows", view: this.view, rows });
    } catch {
      // As above: asked again when the connection is live, or when the page wants other rows.
      if (!signal.aborted) this.#unread = true;
    }
  }

  async #rows(first: number, count: number, signal?: AbortSignal) {
    if (count <= 0) return [];
    const { ended, head } = this.source.status();
    return makeRows(await this.source.lines(first, count, signal), ended ? head : undefined);
  }
}
