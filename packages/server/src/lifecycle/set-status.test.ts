import { describe, expect, test } from "bun:test";
import { type TaskStatus, taskStatuses, taskStatusOf } from "@keruta/protocol";
import type { StatusChange } from "../task-actions.ts";
import { alice, LifecycleStage } from "../testing/lifecycle-stage.ts";
import { codeOf } from "../testing/store-cases.ts";

const stage = await LifecycleStage.open();
const { actions, store } = stage;
let tasks = 0;

const set = (taskId: string, status: TaskStatus, more: Partial<StatusChange> = {}) =>
  actions.setStatus(alice, taskId, { status, ...more });

async function statusOf(taskId: string): Promise<TaskStatus> {
  const { latest } = (await store.task(taskId))!;
  return latest === undefined ? "PENDING" : taskStatusOf(latest);
}

const wayTo: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  PENDING: [],
  PROCESSING: ["PROCESSING"],
  WAITING_FOR_INPUT: ["PROCESSING", "WAITING_FOR_INPUT"],
  COMPLETED: ["PROCESSING", "COMPLETED"],
  FAILED: ["PROCESSING", "FAILED"],
  CANCELLED: ["PROCESSING", "CANCELLED"],
};

async function taskIn(status: TaskStatus): Promise<string> {
  const taskId = `task-${++tasks}`;
  await actions.createTask(taskId, {});
  for (const step of wayTo[status]) await set(taskId, step);
  return taskId;
}

describe("a task whose attempts are reported by requests", () => {
  const allowed: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
    PENDING: ["PENDING", "PROCESSING", "FAILED", "CANCELLED"],
    PROCESSING: ["PROCESSING", "WAITING_FOR_INPUT", "COMPLETED", "FAILED", "CANCELLED"],
    WAITING_FOR_INPUT: ["PROCESSING", "WAITING_FOR_INPUT", "COMPLETED", "FAILED", "CANCELLED"],
    COMPLETED: ["COMPLETED"],
    FAILED: ["PROCESSING", "FAILED"],
    CANCELLED: ["PROCESSING", "CANCELLED"],
  };
  for (const from of taskStatuses)
    test(`goes from ${from} only to ${allowed[from].join(", ")}`, async () => {
      for (const to of taskStatuses) {
        const taskId = await taskIn(from);
        if (allowed[from].includes(to)) {
          await set(taskId, to);
          expect(await statusOf(taskId)).toBe(to);
        } else {
          const code = from === "COMPLETED" ? "TASK_ALREADY_COMPLETED" : "INVALID_STATUS_TRANSITION";
          expect([to, await codeOf(set(taskId, to))]).toEqual([to, code]);
          expect(await statusOf(taskId)).toBe(from);
        }
      }
    });

  test("keeps how it ended, and what was reported of it", async () => {
    const taskId = await taskIn("PROCESSING");
    await set(taskId, "PROCESSING", { progress: 40, message: "half of it" });
    const end = { exitCode: 3, endedAtUs: 7_000_000, message: "no such file", errorCode: "EXECUTION_ERROR" };
    const task = await set(taskId, "FAILED", end);
    expect(task.details).toEqual({ progress: 40, message: "no such file", errorCode: "EXECUTION_ERROR" });
    expect(task.latest).toMatchObject({
      state: "FAILED",
      exitCode: 3,
      endedAtUs: 7_000_000,
      reason: "no such file",
    });
  });

  test("begins a new attempt after a failure, of which nothing is known yet", async () => {
    const taskId = await taskIn("PROCESSING");
    await set(taskId, "FAILED", { errorCode: "E", message: "m", progress: 9 });
    const task = await set(taskId, "PROCESSING", { message: "once more" });
    expect(task).toMatchObject({ attempts: 2, latest: { attempt: 2, state: "PROCESSING" } });
    expect(task.details).toEqual({ message: "once more" });
  });

  test("that is cancelled says so in its log", async () => {
    const taskId = await taskIn("PROCESSING");
    await set(taskId, "CANCELLED", { message: "not needed" });
    const [line] = await stage.lines(taskId);
    expect(line).toMatchObject({ source: "agent", level: "WARN", text: "cancelled by alice: not needed" });
    expect((await stage.latest(taskId)).reason).toBe("cancelled by alice: not needed");
  });

  test("keeps the order of lines and status that come at once", async () => {
    const taskId = await taskIn("PENDING");
    const submit = (text: string) =>
      actions.submit(alice, taskId, { lines: [{ source: "stdout", level: "INFO", text }] });
    const [, first, , second] = await Promise.all([
      set(taskId, "PROCESSING"),
      submit("one"),
      set(taskId, "COMPLETED"),
      submit("two"),
    ]);
    expect([first.attempt, second.attempt, second.firstSequence]).toEqual([1, 1, 2]);
    expect(await statusOf(taskId)).toBe("COMPLETED");
  });

  test("is told of whenever it changes", async () => {
    const taskId = await taskIn("COMPLETED");
    const told = stage.told.filter((summary) => summary.taskId === taskId).map(({ state }) => state);
    expect(told).toEqual(["PROCESSING", "COMPLETED"]);
  });
});

test("an unknown task has no status", async () => {
  expect(await codeOf(set("unknown", "PROCESSING"))).toBe("TASK_NOT_FOUND");
});

describe("a task that a streaming agent runs", () => {
  test("is not ended by a request, but what is reported of it is kept", async () => {
    const agent = await stage.agent("streamed", "run");
    for (const status of ["COMPLETED", "FAILED", "WAITING_FOR_INPUT"] as const)
      expect(await codeOf(set("streamed", status))).toBe("INVALID_STATUS_TRANSITION");
    const task = await set("streamed", "PROCESSING", { progress: 70, errorCode: "W1" });
    expect(task).toMatchObject({ attempts: 1, details: { progress: 70, errorCode: "W1" } });
    await store.setWaiting(agent.key, true);
    await set("streamed", "PROCESSING", { message: "still" });
    expect(await statusOf("streamed")).toBe("WAITING_FOR_INPUT");
  });

  test("is cancelled by telling the agent", async () => {
    const agent = await stage.agent("streamed cancel", "run");
    const task = await set("streamed cancel", "CANCELLED", { message: "enough" });
    expect(task.latest?.state).toBe("PROCESSING");
    expect(agent.orders).toEqual([{ type: "cancel", by: "alice", reason: "enough" }]);
  });
});
