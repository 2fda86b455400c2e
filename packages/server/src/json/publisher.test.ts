import { expect, test } from "bun:test";
import { KerutaError } from "@keruta/protocol";
import type { Connection } from "../connection.ts";
import { anonymousAdmin } from "../identity.ts";
import { RateLimitError } from "../rate-limit-error.ts";
import type { Submitted, SubmittedLine, TaskActions } from "../task-actions.ts";
import { Inflow } from "./inflow.ts";
import { Publisher } from "./publisher.ts";
import { UnfinishedWork } from "./unfinished-work.ts";

/** A store that fails as it is told to, and a peer that writes down what it hears. */
class Stage {
  readonly stored: string[] = [];
  readonly refusals: { code: string; about: object }[] = [];
  readonly acks: string[] = [];
  readonly work = new UnfinishedWork();
  readonly publisher: Publisher;
  isResting = false;
  isGone = false;

  constructor(
    private readonly failures: unknown[],
    private readonly waits: number[] = [],
  ) {
    const connection = { bufferedBytes: 0, rest: () => this.#rest(true), wake: () => this.#rest(false) };
    this.publisher = new Publisher({
      actions: { submit: (_, __, { lines }) => this.#submit(lines) } as TaskActions,
      pace: () => this.#pace(),
      inflow: new Inflow(connection as unknown as Connection),
      work: this.work,
      tell: (message) => this.acks.push(JSON.parse(message).type),
      refuse: (error, about) => this.refusals.push({ code: (error as KerutaError).code, about }),
      isGone: () => this.isGone,
    });
  }

  log(...texts: string[]): void {
    for (const text of texts) this.publisher.log(anonymousAdmin, "task", lineOf(text), text.length);
  }

  async #submit(lines: readonly SubmittedLine[]): Promise<Submitted> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.stored.push(...lines.map(({ text }) => text));
    const counts = { accepted: lines.length, duplicates: 0, firstSequence: 1, lastSequence: lines.length };
    return { attempt: 1, ...counts, timesUs: [] };
  }

  async #pace(): Promise<void> {
    const waitMs = this.waits.shift();
    if (waitMs !== undefined) throw new RateLimitError("lines", waitMs);
  }

  #rest(isResting: boolean): void {
    this.isResting = isResting;
  }
}

function lineOf(text: string): SubmittedLine {
  return { source: "stdout", level: "INFO", text };
}

const full = () => new KerutaError("DATABASE_ERROR", "the disk is full");
const unknown = () => new KerutaError("TASK_NOT_FOUND", "there is no task");

test("lines that cannot be stored now are tried again until they are, in order, and their sender is told once", async () => {
  const stage = new Stage([full(), full()]);
  stage.log("one", "two");
  const finished = stage.work.finish();
  stage.log("three");
  await finished;
  expect(stage.stored).toEqual(["one", "two", "three"]);
  expect(stage.refusals).toEqual([{ code: "DATABASE_ERROR", about: { taskId: "task", waitingLines: 3 } }]);
});

test("lines over the rate wait for their turn, and their sender is told once", async () => {
  const stage = new Stage([], [20, 20, 20]);
  stage.log("one");
  while (stage.stored.length === 0) await Bun.sleep(1);
  expect(stage.refusals).toEqual([
    { code: "RATE_LIMIT_EXCEEDED", about: { taskId: "task", waitingLines: 1 } },
  ]);
});

test("lines that can never be stored are named as lost; what comes after them is stored", async () => {
  const stage = new Stage([unknown()]);
  stage.log("one", "two");
  await stage.work.finish();
  stage.log("three");
  await stage.work.finish();
  expect(stage.refusals).toEqual([{ code: "TASK_NOT_FOUND", about: { taskId: "task", lostLines: 2 } }]);
  expect(stage.stored).toEqual(["three"]);
});

test("a batch that fails is told of and not tried again: its producer has it", async () => {
  const stage = new Stage([full()]);
  const batch = { lines: [lineOf("one")], firstSeq: 1, runId: "run" };
  stage.publisher.logs(anonymousAdmin, "task", batch, 3);
  stage.publisher.logs(anonymousAdmin, "task", batch, 3);
  await stage.work.finish();
  expect(stage.refusals).toEqual([
    { code: "DATABASE_ERROR", about: { taskId: "task", firstSeq: 1, runId: "run" } },
  ]);
  expect(stage.acks).toEqual(["ack"]);
  expect(stage.stored).toEqual(["one"]);
});

test("nothing more is read from a peer with too much waiting, until half of it is done", async () => {
  const stage = new Stage([full()]);
  const mebibyte = "m".repeat(1024 * 1024);
  stage.log(mebibyte, mebibyte);
  expect(stage.isResting).toBe(false);
  stage.log("a little more");
  expect(stage.isResting).toBe(true);
  await stage.work.finish();
  expect(stage.isResting).toBe(false);
  expect(stage.stored).toEqual([mebibyte, mebibyte, "a little more"]);
});
