import { describe, expect, test } from "bun:test";
import { limits } from "@keruta/protocol";
import { makeFrame, makeHello } from "../testing/make-frame.ts";
import { readLines } from "../testing/read-lines.ts";
import { codeOf, ended, mergeAll, type StoreCases } from "../testing/store-cases.ts";
import type { TaskDetails, TaskQuery } from "./log-store.ts";

const script = { content: "echo hello", language: "bash", createdAtUs: 1, updatedAtUs: 2 };
const details: TaskDetails = {
  name: "Nightly build",
  description: "all of it",
  priority: 3,
  parameters: { target: ["a", "b"] },
  metadata: { nested: { deep: true } },
  script,
};

/** Tasks beside their attempts: what is known of them, how they are found, what waits for their scripts. */
export function tasksCases(cases: StoreCases): void {
  async function ids(query: Omit<TaskQuery, "limit">, limit = 100): Promise<string[]> {
    return (await cases.store.tasks({ limit, ...query })).map((task) => task.id);
  }

  describe("tasks", () => {
    test("are created once, without an attempt, and get their attempts later", async () => {
      const { store } = cases;
      const created = await store.createTask("task", details);
      expect(created).toMatchObject({ id: "task", attempts: 0, details });
      expect(created.latest).toBeUndefined();
      expect(await codeOf(store.createTask("task", {}))).toBe("TASK_ALREADY_EXISTS");
      expect(await store.task("task")).toEqual(created);
      await cases.claim();
      expect(await codeOf(store.createTask("task", {}))).toBe("TASK_ALREADY_EXISTS");
      expect(await store.task("task")).toMatchObject({ attempts: 1, details, latest: { attempt: 1 } });
    });

    test("keep what is not changed, and lose what is set to null", async () => {
      const { store } = cases;
      await cases.claim();
      expect(await store.updateTask("none", { progress: 1 })).toBeUndefined();
      await store.updateTask("task", { ...details });
      const updated = await store.updateTask("task", { progress: 40, description: null, name: "Daily" });
      const { description: _, ...kept } = details;
      expect(updated?.details).toEqual({ ...kept, name: "Daily", progress: 40 });
      expect((await store.updateTask("task", { script: null }))?.details.script).toBeUndefined();
      expect((await store.task("task"))?.latest?.attempt).toBe(1);
    });

    test("are listed without their scripts", async () => {
      const { store } = cases;
      await store.createTask("task", details);
      const { script: _, ...rest } = details;
      expect((await store.tasks({ limit: 1 }))[0]?.details).toEqual(rest);
    });

    test("are found by status, which is that of the newest attempt", async () => {
      const { store } = cases;
      await store.createTask("pending", {});
      for (const id of ["runs", "waits", "done", "again", "lost"]) await store.claim(id, makeHello(id));
      const key = (taskId: string) => ({ taskId, attempt: 1, claim: 1 });
      await store.setWaiting(key("waits"), true);
      for (const id of ["done", "again"]) await store.end(key(id), ended(0));
      await store.claim("again", makeHello("another"));
      await store.giveUp(key("lost"), makeFrame(1, 1), "gone", 5);
      // Of an attempt that is not the newest any more nothing is seen in the task.
      await store.claim("runs", makeHello("another"));
      await store.setWaiting(key("runs"), true);
      expect(await ids({ status: "PENDING" })).toEqual(["pending"]);
      expect(await ids({ status: "PROCESSING" })).toEqual(["again", "runs"]);
      expect(await ids({ status: "WAITING_FOR_INPUT" })).toEqual(["waits"]);
      expect(await ids({ status: "COMPLETED" })).toEqual(["done"]);
      expect(await ids({ status: "FAILED" })).toEqual(["lost"]);
      expect(await store.countTasks({ status: "PROCESSING" })).toBe(2);
      expect(await store.countTasks({})).toBe(6);
    });

    test("are found by part of their id or name, in either case, and signs mean themselves", async () => {
      const { store } = cases;
      await store.createTask("build-1", { name: "Nightly 100%" });
      await store.createTask("build_2", { name: "売上レポート" });
      await store.createTask("other", {});
      expect(await ids({ q: "BUILD" })).toEqual(["build_2", "build-1"]);
      expect(await ids({ q: "nightly" })).toEqual(["build-1"]);
      expect(await ids({ q: "売上" })).toEqual(["build_2"]);
      expect(await ids({ q: "%" })).toEqual(["build-1"]);
      expect(await ids({ q: "_" })).toEqual(["build_2"]);
      expect(await ids({ q: "\\" })).toEqual([]);
      expect(await store.countTasks({ q: "build", status: "PENDING" })).toBe(2);
      await store.updateTask("build-1", { name: null });
      expect(await ids({ q: "nightly" })).toEqual([]);
    });

    test("are shown in pages that meet, whatever the filter", async () => {
      const { store } = cases;
      for (let i = 0; i < 10; i++) await store.createTask(`t${i}`, { name: i % 2 === 0 ? "even" : "odd" });
      for (const filter of [
        {},
        { q: "even" },
        { status: "PENDING" },
        { q: "t", status: "PENDING" },
      ] as const) {
        const all = await ids(filter);
        const seen: string[] = [];
        for (let page = await ids(filter, 3); page.length > 0; )
          page = await ids({ ...filter, before: seen[seen.push(...page) - 1]! }, 3);
        expect(seen).toEqual(all);
        expect(await store.countTasks(filter)).toBe(all.length);
      }
    });
  });

  describe("deleting a task", () => {
    test("removes it with all it had, and gives the space back", async () => {
      const { store } = cases;
      await store.createTask("task", details);
      const key = await cases.claim();
      const text = (sequence: number) => `${sequence} `.padEnd(20_000, "x");
      for (let first = 1; first <= 100; first += 10) await store.append(key, makeFrame(first, 10, { text }));
      await mergeAll(store, key);
      await cases.claim("another");
      await store.addInput("task", { text: "yes\n", eof: false, by: "me" });
      expect(await store.deleteTask("task")).toBe(true);
      expect(await store.deleteTask("task")).toBe(false);
      expect(await store.task("task")).toBeUndefined();
      expect(await store.attempts("task")).toEqual([]);
      expect(await store.manifest(key, 0)).toBeUndefined();
      expect(await codeOf(store.read(key, 1, 1))).toBe("ATTEMPT_NOT_FOUND");
      expect(await codeOf(store.append(key, makeFrame(101, 1)))).toBe("ATTEMPT_NOT_FOUND");
      expect(await store.merge(key)).toBe(false);
      expect(await store.unsealed()).toEqual([]);
      expect(await store.running()).toEqual([]);
      expect(await store.inputs("task")).toEqual([]);
      while (await store.reclaim());
    });

    test("leaves nothing to a task that gets its id: no claim, no merge", async () => {
      const { store } = cases;
      const old = await cases.claim();
      await store.append(old, makeFrame(1, 300, { text: (sequence) => `old ${sequence}` }));
      await store.end(old, ended(300));
      // The merge is being made from the old lines while the task is replaced by one of the same shape.
      const merging = store.merge(old);
      await store.deleteTask("task");
      const key = await cases.claim();
      expect(key.attempt).toBe(old.attempt);
      expect(key.claim).not.toBe(old.claim);
      expect(await store.append(old, makeFrame(1, 1))).toMatchObject({ code: "SUPERSEDED" });
      await store.append(key, makeFrame(1, 300));
      await merging;
      await store.end(key, ended(300));
      await mergeAll(store, key);
      expect((await readLines(store, key)).filter((line) => line.includes("old"))).toEqual([]);
    });
  });

  describe("inputs", () => {
    const input = (text: string) => ({ text, eof: false, by: "me" });

    test("wait in order, under numbers that are not used again, until one is told that it took them", async () => {
      const { store } = cases;
      await cases.claim();
      for (const text of ["one\n", "二\n", ""]) await store.addInput("task", input(text));
      await store.addInput("task", { text: "end", eof: true, by: "you" });
      expect(await store.inputs("task")).toEqual([
        { id: 1, ...input("one\n") },
        { id: 2, ...input("二\n") },
        { id: 3, ...input("") },
        { id: 4, text: "end", eof: true, by: "you" },
      ]);
      const taken = await Promise.all(Array.from({ length: 10 }, () => store.takeInput("task", 4)));
      expect(taken.filter((mine) => mine)).toHaveLength(1);
      expect(await store.takeInput("task", 99)).toBe(false);
      expect((await store.inputs("task")).map(({ id }) => id)).toEqual([1, 2, 3]);
      expect((await store.addInput("task", input("next"))).id).toBe(5);
    });

    test("are taken together with the line that says so, or not at all", async () => {
      const { store } = cases;
      const key = await cases.claim();
      await store.append(key, makeFrame(1, 2));
      for (const text of ["one", "two"]) await store.addInput("task", input(text));
      const said = () => makeFrame(9, 1, { text: () => "taken" });
      const settled = await Promise.all([1, 2, 3].map(() => store.settleInput(key, 1, said())));
      expect(settled[0]).toMatchObject({ outcome: "stored", attempt: { head: 3, inserted: 1 } });
      expect(settled.slice(1)).toEqual([undefined, undefined]);
      expect(await codeOf(store.settleInput({ taskId: "task", attempt: 9 }, 2, said()))).toBe(
        "ATTEMPT_NOT_FOUND",
      );
      expect(await store.settleInput(key, 2, new Uint8Array([1, 2]))).toMatchObject({
        code: "CHUNK_INVALID",
      });
      expect((await store.inputs("task")).map(({ id }) => id)).toEqual([2]);
      expect((await store.append(key, makeFrame(3, 1))).outcome).toBe("stored");
      expect(await readLines(store, key)).toEqual(["1 line 1", "2 line 2", "3 taken", "4 line 3"]);
    });

    test("need a task, and are refused where too many wait", async () => {
      const { store } = cases;
      expect(await codeOf(store.addInput("none", input("x")))).toBe("TASK_NOT_FOUND");
      expect(await store.inputs("none")).toEqual([]);
      await cases.claim();
      await Promise.all(
        Array.from({ length: limits.maxWaitingInputs }, () => store.addInput("task", input("x"))),
      );
      expect(await codeOf(store.addInput("task", input("x")))).toBe("RATE_LIMIT_EXCEEDED");
      await store.takeInput("task", 1);
      expect((await store.addInput("task", input("x"))).id).toBe(limits.maxWaitingInputs + 1);
    });
  });
}
