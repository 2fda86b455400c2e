import { describe, expect, test } from "bun:test";
import { limits } from "@keruta/protocol";
import type { SubmittedLine } from "../task-actions.ts";
import { alice, LifecycleStage } from "../testing/lifecycle-stage.ts";
import { makeFrame } from "../testing/make-frame.ts";
import { codeOf } from "../testing/store-cases.ts";

const stage = await LifecycleStage.open();
const { actions, store } = stage;

function lineOf(text: string, more: Partial<SubmittedLine> = {}): SubmittedLine {
  return { source: "stdout", level: "INFO", text, timeUs: 1_000_000, ...more };
}

function numbered(first: number, count: number): SubmittedLine[] {
  return Array.from({ length: count }, (_, index) => lineOf(`number ${first + index}`));
}

const texts = async (taskId: string, attempt = 1) =>
  (await stage.lines(taskId, attempt)).map(({ text }) => text);

describe("submitted lines", () => {
  test("create task and attempt, and are stored as they were given", async () => {
    const lines = [
      lineOf("two\nlines in one\n", { source: "stderr", level: "ERROR" }),
      lineOf("", { fields: { pod: "p-1", nested: { list: [1, "x", null] } } }),
      lineOf("😀 あ", { fields: {}, source: "agent", level: "DEBUG", timeUs: 2_000_000 }),
    ];
    const submitted = await actions.submit(alice, "given", { lines });
    expect(submitted).toEqual({
      attempt: 1,
      accepted: 3,
      duplicates: 0,
      firstSequence: 1,
      lastSequence: 3,
      timesUs: [1_000_000, 1_000_000, 2_000_000],
    });
    const stored = await stage.lines("given");
    expect(stored).toMatchObject(
      lines.map((line, index) => ({ ...line, sequence: index + 1, continued: false, levelGuessed: false })),
    );
    expect((await stage.latest("given")).state).toBe("PROCESSING");
  });

  test("go to the newest attempt, behind what it has, also when it has ended", async () => {
    const agent = await stage.agent("newest", "run");
    await stage.append(agent, makeFrame(1, 2));
    await actions.submit(alice, "newest", { lines: [lineOf("between")] });
    expect(agent.known).toMatchObject({ head: 3, inserted: 1 });
    await stage.append(agent, makeFrame(3, 1));
    await store.end(agent.key, { type: "end", lastSequence: 3, state: "COMPLETED", endedAtUs: 5 });
    const late = await actions.submit(alice, "newest", { lines: [lineOf("late")] });
    expect(late).toMatchObject({ attempt: 1, firstSequence: 5 });
    expect(await texts("newest")).toEqual(["line 1", "line 2", "between", "line 3", "late"]);
  });

  test("keep their order, each submission whole, however many come at once", async () => {
    const submissions = Array.from({ length: 300 }, (_, index) => numbered(index * 3, 3));
    const answers = await Promise.all(submissions.map((lines) => actions.submit(alice, "crowd", { lines })));
    expect(answers.map(({ firstSequence }) => firstSequence)).toEqual(
      submissions.map((_, index) => index * 3 + 1),
    );
    expect(await texts("crowd")).toEqual(submissions.flat().map(({ text }) => text));
    expect(stage.faults).toEqual([]);
  });

  test("do not go back in time within a submission", async () => {
    const lines = [3, 1, 4].map((second) => lineOf("tick", { timeUs: second * 1_000_000 }));
    const { timesUs } = await actions.submit(alice, "clock", { lines });
    expect(timesUs).toEqual([3_000_000, 3_000_000, 4_000_000]);
    expect((await stage.lines("clock")).map(({ timeUs }) => timeUs)).toEqual([...timesUs]);
  });

  test("without a time get the server's", async () => {
    const before = Date.now() * 1_000;
    const { source, level, text } = lineOf("now");
    const { timesUs } = await actions.submit(alice, "now", { lines: [{ source, level, text }] });
    expect(timesUs[0]).toBeGreaterThanOrEqual(before);
  });

  test("that are too long are cut between characters, and joined they are as before", async () => {
    const text = "aあ😀".repeat(60_000);
    const submitted = await actions.submit(alice, "long", {
      lines: [lineOf("before"), lineOf(text), lineOf("after")],
    });
    const stored = await stage.lines("long");
    expect(submitted).toMatchObject({ accepted: 3, lastSequence: stored.length });
    const pieces = stored.slice(1, -1);
    expect(pieces.length).toBe(Math.ceil(Buffer.byteLength(text) / limits.maxLineBytes));
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    expect(pieces.map(({ continued }) => continued)).toEqual([...pieces.slice(1).map(() => true), false]);
    for (const piece of pieces)
      expect(Buffer.byteLength(piece.text)).toBeLessThanOrEqual(limits.maxLineBytes);
  });

  test("larger than a chunk become several, and stay together", async () => {
    const fields = { value: "x".repeat(100_000) };
    const lines = numbered(1, 9).map((line) => ({ ...line, fields }));
    const [large, small] = await Promise.all([
      actions.submit(alice, "large", { lines }),
      actions.submit(alice, "large", { lines: [lineOf("after")] }),
    ]);
    expect([large.lastSequence, small.firstSequence]).toEqual([9, 10]);
    expect(await texts("large")).toEqual([...lines.map(({ text }) => text), "after"]);
    const unit = (await store.read({ taskId: "large", attempt: 1 }, 1, 1))[0]!;
    expect(unit.header.lineCount).toBeLessThan(9);
  });

  test("text that is no text is counted", async () => {
    await actions.submit(alice, "torn", { lines: [lineOf("half \ud83d, and \udca9")] });
    const [unit] = await store.read({ taskId: "torn", attempt: 1 }, 1, 1);
    expect(unit!.header.invalidBytes).toBe(2);
    expect(await texts("torn")).toEqual(["half \ufffd, and \ufffd"]);
  });

  test.each([
    ["fields that are too deep", { fields: deep(limits.maxFieldsDepth + 2) }, "INVALID_LOG_FORMAT"],
    ["fields that JSON cannot hold", { fields: { date: new Date() } }, "INVALID_LOG_FORMAT"],
    [
      "fields that are too large",
      { fields: { all: "x".repeat(limits.maxFieldsBytes) } },
      "PAYLOAD_TOO_LARGE",
    ],
    ["a time that is none", { timeUs: 1_000_000.5 }, "INVALID_LOG_FORMAT"],
  ])("with %s are refused, and nothing of the submission is stored", async (_, more, code) => {
    const fields = { value: "x".repeat(200_000) };
    const lines = [lineOf("good", { fields }), lineOf("good", { fields }), lineOf("bad", more)];
    expect(await codeOf(actions.submit(alice, "refused", { lines }))).toBe(code);
    expect(await store.task("refused")).toBeUndefined();
  });

  test("do not create a task where the server is not set to", async () => {
    const strict = await LifecycleStage.open({ autoCreateTasks: false });
    const submit = (run?: { runId: string; firstNumber: number }) =>
      strict.actions.submit(alice, "unknown", {
        lines: [lineOf("x")],
        ...(run === undefined ? {} : { run }),
      });
    expect(await codeOf(submit())).toBe("TASK_NOT_FOUND");
    expect(await codeOf(submit({ runId: "r", firstNumber: 1 }))).toBe("TASK_NOT_FOUND");
    await strict.actions.createTask("unknown", {});
    expect(await submit()).toMatchObject({ accepted: 1 });
  });
});

describe("numbered lines", () => {
  const send = (taskId: string, first: number, count: number, runId = "producer") =>
    actions.submit(alice, taskId, { lines: numbered(first, count), run: { runId, firstNumber: first } });

  test("that come twice, or overlap, are stored once", async () => {
    expect(await send("once", 1, 3)).toMatchObject({ accepted: 3, duplicates: 0, lastNumber: 3 });
    expect(await send("once", 1, 3)).toMatchObject({
      accepted: 0,
      duplicates: 3,
      firstSequence: 0,
      lastNumber: 3,
    });
    expect(await send("once", 2, 4)).toMatchObject({
      accepted: 2,
      duplicates: 2,
      firstSequence: 4,
      lastSequence: 5,
      lastNumber: 5,
    });
    expect(await texts("once")).toEqual(numbered(1, 5).map(({ text }) => text));
  });

  test("past the next are refused", async () => {
    await send("gap", 1, 2);
    expect(await codeOf(send("gap", 4, 1))).toBe("SEQUENCE_GAP");
    expect(await send("gap", 3, 2)).toMatchObject({ accepted: 2 });
  });

  test("have an attempt of their own a run", async () => {
    expect((await send("runs", 1, 1, "one")).attempt).toBe(1);
    expect((await send("runs", 1, 1, "two")).attempt).toBe(2);
    expect((await send("runs", 2, 1, "one")).attempt).toBe(1);
    await actions.submit(alice, "runs", { lines: [lineOf("no run")] });
    expect(await send("runs", 2, 1, "two")).toMatchObject({ firstSequence: 3, lastNumber: 2 });
    expect(await texts("runs", 2)).toEqual(["number 1", "no run", "number 2"]);
  });

  test("sent all at once, several times over, are there once and in order", async () => {
    const first = Array.from({ length: 40 }, (_, index) => index * 5 + 1);
    await Promise.all([first, first].flat().map((number) => send("storm", number, 5).catch(() => {})));
    for (const number of first) await send("storm", number, 5);
    expect(await texts("storm")).toEqual(numbered(1, 200).map(({ text }) => text));
    expect(stage.faults).toEqual([]);
  });

  test("stay one line, however long: a number is a line", async () => {
    const text = "x".repeat(limits.maxLineBytes + 1);
    const run = { runId: "long", firstNumber: 1 };
    const submitted = await actions.submit(alice, "long run", { lines: [lineOf(text), lineOf("next")], run });
    expect(submitted).toMatchObject({ lastSequence: 2, lastNumber: 2 });
  });

  test("are not added to an attempt that has ended", async () => {
    await send("over", 1, 1);
    await actions.setStatus(alice, "over", { status: "COMPLETED" });
    expect(await send("over", 1, 1)).toMatchObject({ duplicates: 1 });
    expect(await codeOf(send("over", 2, 1))).toBe("ATTEMPT_ENDED");
  });
});

function deep(levels: number): Record<string, unknown> {
  return levels === 0 ? {} : { deeper: deep(levels - 1) };
}
