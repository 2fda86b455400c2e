import { describe, expect, test } from "bun:test";
import { alice, LifecycleStage } from "../testing/lifecycle-stage.ts";
import { makeFrame } from "../testing/make-frame.ts";
import { codeOf, mergeAll } from "../testing/store-cases.ts";

const stage = await LifecycleStage.open();
const { actions, store } = stage;

const sequencesOf = async (taskId: string, first: number) => {
  const units = await store.read({ taskId, attempt: 1 }, first, 1 << 20);
  return units.map(({ header }) => [header.firstSequence, header.lineCount]);
};

describe("logs", () => {
  test("are deleted up to a time, exactly, in segments and in chunks", async () => {
    for (const [taskId, merged] of [
      ["segments", true],
      ["chunks", false],
    ] as const) {
      const agent = await stage.agent(taskId, "run");
      for (const [index, timeUs] of [10, 20, 20, 30, 40].entries())
        await stage.append(agent, makeFrame(index * 10 + 1, 10, { timeUs }));
      const end = { type: "end", lastSequence: 50, state: "COMPLETED", endedAtUs: 5 } as const;
      if (merged) await store.end(agent.key, end).then(() => mergeAll(store, agent.key));
      expect(await actions.deleteLogs(taskId, { throughUs: 9 })).toBe(0);
      expect(await actions.deleteLogs(taskId, { throughUs: 20 })).toBe(30);
      expect(await actions.deleteLogs(taskId, { throughUs: 20 })).toBe(0);
      expect((await sequencesOf(taskId, 31))[0]![0]).toBe(31);
      expect(agent.known.deletedThrough).toBe(30);
      expect(stage.told.at(-1)).toMatchObject({ taskId, deletedThrough: 30 });
      expect(await actions.deleteLogs(taskId, { throughUs: 39 })).toBe(10);
      expect(await actions.deleteLogs(taskId, {})).toBe(10);
      expect(await sequencesOf(taskId, 41)).toEqual([]);
    }
  });

  test("end before the first later line, though earlier ones come after it", async () => {
    const agent = await stage.agent("mixed", "run");
    for (const [index, timeUs] of [10, 30, 20].entries())
      await stage.append(agent, makeFrame(index + 1, 1, { timeUs }));
    expect(await actions.deleteLogs("mixed", { throughUs: 25 })).toBe(1);
  });

  test("of every attempt, or of one", async () => {
    for (const runId of ["one", "two"]) await stage.append(await stage.agent("both", runId), makeFrame(1, 5));
    expect(await actions.deleteLogs("both", { attempt: 2 })).toBe(5);
    expect(await actions.deleteLogs("both", {})).toBe(5);
    expect(await codeOf(actions.deleteLogs("both", { attempt: 3 }))).toBe("ATTEMPT_NOT_FOUND");
    expect(await codeOf(actions.deleteLogs("neither", {}))).toBe("TASK_NOT_FOUND");
  });
});

describe("a task", () => {
  test("goes with everything, its agent and viewers are told", async () => {
    const agent = await stage.agent("gone", "run");
    await stage.append(agent, makeFrame(1, 5));
    await actions.deleteTask(alice, "gone");
    expect(agent.orders).toEqual([{ type: "cancel", by: "alice", reason: "the task was deleted" }]);
    expect(agent.dismissed).toBe("TASK_NOT_FOUND");
    expect(stage.deletedTasks).toEqual(["gone"]);
    expect(await store.task("gone")).toBeUndefined();
    expect(await codeOf(actions.deleteTask(alice, "gone"))).toBe("TASK_NOT_FOUND");
  });

  test("is created once, and changed", async () => {
    await actions.createTask("made", { name: "Made" });
    expect(await codeOf(actions.createTask("made", {}))).toBe("TASK_ALREADY_EXISTS");
    expect((await actions.updateTask("made", { description: "d" })).details).toMatchObject({ name: "Made" });
    expect(await codeOf(actions.updateTask("unmade", {}))).toBe("TASK_NOT_FOUND");
  });
});
