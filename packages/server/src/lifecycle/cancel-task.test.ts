import { expect, test } from "bun:test";
import { alice, LifecycleStage } from "../testing/lifecycle-stage.ts";
import { codeOf } from "../testing/store-cases.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

const stage = await LifecycleStage.open();
const { actions, store } = stage;
const end = { type: "end", lastSequence: 0, state: "CANCELLED", endedAtUs: 5 } as const;

test("a task that has not begun is cancelled at once", async () => {
  await actions.createTask("pending", {});
  const task = await actions.cancel(alice, "pending");
  expect(task).toMatchObject({ attempts: 1, latest: { state: "CANCELLED", reason: "cancelled by alice" } });
  expect(await stage.lines("pending")).toMatchObject([{ text: "cancelled by alice" }]);
  expect(await codeOf(actions.cancel(alice, "pending"))).toBe("TASK_ALREADY_COMPLETED");
});

test("one that is reported by requests, too", async () => {
  await actions.createTask("reported", {});
  await actions.setStatus(alice, "reported", { status: "PROCESSING" });
  expect((await actions.cancel(alice, "reported", "too slow")).latest?.state).toBe("CANCELLED");
});

test("an agent is told now, with the first one's words when it is asked again, and after each welcome", async () => {
  const agent = await stage.agent("connected", "run");
  await actions.cancel(alice, "connected", "wrong branch");
  await actions.cancel({ name: "bob", role: "developer" }, "connected", "me too");
  const order = { type: "cancel", by: "alice", reason: "wrong branch" };
  expect(agent.orders).toEqual([order, order] as never);
  expect(await stage.lines("connected")).toEqual([]);
  stage.leave(agent);
  const again = await stage.agent("connected", "run", agent.key.claim);
  await stage.until(async () => again.orders.length > 0);
  expect(again.orders).toEqual([order] as never);
  await store.end(again.key, end);
  const over = await stage.agent("connected", "run", agent.key.claim);
  const next = await stage.agent("connected", "another run");
  await actions.sendInput("connected", { text: "x", eof: false, by: "alice" });
  await stage.until(async () => next.orders.length > 0);
  expect([over.orders, next.orders.map(({ type }) => type)]).toEqual([[], ["input"]]);
});

test("one that is away is told when it comes back, even to another server, and the log says that it has yet to be", async () => {
  const folder = temporaryFolder();
  const before = await LifecycleStage.open({}, folder);
  before.leave(await before.agent("away", "run"));
  await before.actions.cancel(alice, "away", "late");
  expect(await before.lines("away")).toMatchObject([
    {
      source: "agent",
      level: "WARN",
      text: expect.stringMatching(/^alice wants .* \(late\); its agent is away/),
    },
  ]);
  await before.actions.cancel(alice, "away", "late");
  expect((await before.lines("away")).length).toBe(1);
  before.lifecycle.stop();
  await before.store.close();
  const after = await LifecycleStage.open({}, folder);
  const agent = await after.agent("away", "run", 1);
  await after.until(async () => agent.orders.length > 0);
  expect(agent.orders).toEqual([{ type: "cancel", by: "alice", reason: "late" }]);
});

test("what is not there, or over, cannot be cancelled", async () => {
  expect(await codeOf(actions.cancel(alice, "unknown"))).toBe("TASK_NOT_FOUND");
  const agent = await stage.agent("over", "run");
  await store.end(agent.key, { ...end, state: "COMPLETED" });
  expect(await codeOf(actions.cancel(alice, "over"))).toBe("TASK_ALREADY_COMPLETED");
});
