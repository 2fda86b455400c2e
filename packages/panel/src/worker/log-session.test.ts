import { expect, test } from "bun:test";
import type { LineRange, LogSource, LogStatus } from "@keruta/client";
import { LogSession } from "./log-session.ts";
import type { FromWorker } from "./messages.ts";

/** A log whose lines are all "x", as long as `grow` makes it. */
class GrowingLog implements LogSource {
  readonly taskId = "task";
  readonly attempt = 1;
  readonly reads: [from: number, count: number][] = [];
  first = 1;
  isReachable = true;
  isClosed = false;
  #listener: ((status: LogStatus) => void) | undefined;
  #head = 0;

  grow(lines: number): void {
    this.#head += lines;
    this.#listener?.(this.status());
  }

  status(): LogStatus {
    return {
      summary: {
        taskId: "task",
        attempt: 1,
        state: "PROCESSING",
        head: this.#head,
        startedAtUs: 0,
        counts: [],
        rawBytes: 0,
        connected: true,
      },
      first: this.first,
      head: this.#head,
      partials: {},
      connection: { type: "connection", state: "live" },
      ended: false,
      error: undefined,
    };
  }

  onChange(listener: (status: LogStatus) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  async lines(from: number, count: number): Promise<readonly LineRange[]> {
    this.reads.push([from, count]);
    if (!this.isReachable) throw new Error("cannot reach the server");
    return [];
  }

  counts(): readonly number[] {
    return [];
  }

  findTime(): Promise<number> {
    throw new Error("not asked for here");
  }

  findNext(): Promise<number | undefined> {
    throw new Error("not asked for here");
  }

  close(): void {
    this.isClosed = true;
  }
}

function begin(count: number) {
  const log = new GrowingLog();
  const sent: FromWorker[] = [];
  const session = new LogSession(7, { type: "follow", count }, log, (message) => sent.push(message));
  return { log, sent, session };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const heads = (sent: readonly FromWorker[]) =>
  sent.flatMap((message) => (message.type === "log" ? [message.head] : []));

test("a page that does not draw is owed one message, and then the newest state", async () => {
  const { log, sent, session } = begin(40);
  await settled();
  for (let i = 0; i < 1_000; i++) log.grow(10);
  await settled();
  expect(heads(sent)).toEqual([0]);
  session.drawn();
  await settled();
  expect(heads(sent)).toEqual([0, 10_000]);
  expect(log.reads).toEqual([[9_961, 40]]);
});

test("a page that reads elsewhere is not sent the newest rows", async () => {
  const { log, sent, session } = begin(40);
  await settled();
  session.want({ type: "window", first: 1, count: 100 });
  session.drawn();
  log.grow(5_000);
  await settled();
  expect(log.reads).toEqual([[1, 100]]);
  expect(sent.filter((message) => message.type === "rows")).toHaveLength(1);
});

test("rows that could not be read are read when the connection is live again", async () => {
  const { log, sent, session } = begin(40);
  log.isReachable = false;
  session.want({ type: "window", first: 1, count: 10 });
  await settled();
  expect(sent.filter((message) => message.type === "rows")).toHaveLength(0);
  log.isReachable = true;
  log.grow(1);
  await settled();
  expect(sent.filter((message) => message.type === "rows")).toHaveLength(1);
});

test("rows begin with the first line that was not deleted", async () => {
  const { log, sent, session } = begin(40);
  await settled();
  log.first = 11;
  log.grow(30);
  session.drawn();
  await settled();
  expect(log.reads).toEqual([[11, 20]]);
  expect(sent.at(-1)).toMatchObject({ type: "log", first: 11, head: 30 });
});

test("a hostile page cannot ask for everything at once", async () => {
  const { log, session } = begin(40);
  session.want({ type: "window", first: 1, count: 10_000_000 });
  await settled();
  expect(log.reads.at(-1)![1]).toBeLessThanOrEqual(1_000);
});

test("closing closes the log", () => {
  const { log, session } = begin(40);
  session.close();
  expect(log.isClosed).toBe(true);
});
