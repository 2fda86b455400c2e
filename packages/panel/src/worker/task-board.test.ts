import { expect, test } from "bun:test";
import type { AttemptSummary, TaskRecord } from "@keruta/protocol";
import { withAttempt } from "./task-board.ts";

const first: AttemptSummary = {
  taskId: "task",
  attempt: 1,
  state: "FAILED",
  head: 3,
  startedAtUs: 0,
  endedAtUs: 1,
  exitCode: 7,
  counts: [],
  rawBytes: 0,
  connected: false,
};
const task: TaskRecord = {
  id: "task",
  name: "task",
  title: "task",
  status: "FAILED",
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  exitCode: 7,
  attempts: 1,
  latest: first,
};

test("a new attempt is the task's state, without the exit code of the one before", () => {
  const { exitCode: _, endedAtUs: __, ...running } = { ...first, attempt: 2, state: "PROCESSING" as const };
  const changed = withAttempt(task, running);
  expect(changed).toMatchObject({ status: "PROCESSING", attempts: 2, latest: { attempt: 2 } });
  expect(changed.exitCode).toBeUndefined();
});

test("an older attempt changes nothing", () => {
  const newer = withAttempt(task, { ...first, attempt: 2, state: "COMPLETED", exitCode: 0 });
  expect(withAttempt(newer, first)).toBe(newer);
});
