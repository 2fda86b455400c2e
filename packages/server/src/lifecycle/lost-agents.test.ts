import { expect, test } from "bun:test";
import { alice, LifecycleStage } from "../testing/lifecycle-stage.ts";
import { makeFrame } from "../testing/make-frame.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

const agentLostAfterMs = 60;
const lost = (stage: LifecycleStage, taskId: string) =>
  stage.until(async () => {
    const latest = await stage.latest(taskId);
    return latest.lost === true && latest;
  });

test("an agent that stays away is given up, and goes on where it was when it comes back", async () => {
  const stage = await LifecycleStage.open({ agentLostAfterMs });
  const agent = await stage.agent("away", "run");
  await stage.append(agent, makeFrame(1, 2));
  stage.leave(agent);
  expect(await lost(stage, "away")).toMatchObject({
    state: "FAILED",
    head: 3,
    reason: expect.stringMatching(/^the agent has not been connected since \d{4}-/),
  });
  await stage.until(async () => stage.told.at(-1)?.lost);
  const back = await stage.agent("away", "run", agent.key.claim);
  expect(back.known).toMatchObject({ state: "PROCESSING", inserted: 1 });
  expect(back.known.lost).toBeUndefined();
  await stage.until(async () => (await stage.lines("away")).length === 4);
  await stage.append(back, makeFrame(3, 1));
  expect((await stage.lines("away")).map(({ source, level, text }) => [source, level, text])).toEqual([
    ["stdout", "INFO", "line 1"],
    ["stdout", "INFO", "line 2"],
    ["agent", "ERROR", expect.stringMatching(/is taken for lost; should it come back, the log goes on$/)],
    ["agent", "INFO", "the agent has come back; the log goes on"],
    ["stdout", "INFO", "line 3"],
  ] as never);
  expect(stage.faults).toEqual([]);
});

test("one that comes back in time is not, nor one that is connected, nor one that has ended", async () => {
  const stage = await LifecycleStage.open({ agentLostAfterMs });
  const ended = await stage.agent("ended", "run");
  await stage.store.end(ended.key, { type: "end", lastSequence: 0, state: "COMPLETED", endedAtUs: 5 });
  stage.leave(ended);
  const quick = await stage.agent("quick", "run");
  stage.leave(quick);
  await stage.agent("quick", "run", quick.key.claim);
  // Whoever leaves last is given up last: then the others would have been.
  stage.leave(await stage.agent("last", "run"));
  await lost(stage, "last");
  expect(await stage.latest("quick")).toMatchObject({ state: "PROCESSING", head: 0 });
  expect(await stage.latest("ended")).toMatchObject({ state: "COMPLETED", head: 0 });
});

test("one that is about to be welcomed is not given up in between", async () => {
  const stage = await LifecycleStage.open({ agentLostAfterMs });
  for (const taskId of ["arriving", "other"]) stage.leave(await stage.agent(taskId, "run"));
  await stage.until(async () => {
    stage.lifecycle.agentEvents.arriving("arriving");
    return (await stage.latest("other")).lost;
  });
  expect((await stage.latest("arriving")).state).toBe("PROCESSING");
  await lost(stage, "arriving");
});

test("those that were there before the server are missed from its start on; requests have no agent to miss", async () => {
  const folder = temporaryFolder();
  const before = await LifecycleStage.open({}, folder);
  await before.agent("before", "run");
  await before.agent("returns", "run");
  await before.actions.submit(alice, "reported", { lines: [{ source: "stdout", level: "INFO", text: "x" }] });
  await before.store.close();
  const after = await LifecycleStage.open({ agentLostAfterMs }, folder);
  await after.lifecycle.start();
  await after.agent("returns", "run", 1);
  expect(await lost(after, "before")).toMatchObject({
    reason: expect.stringContaining("since before the server was started at"),
  });
  expect((await after.latest("returns")).state).toBe("PROCESSING");
  expect((await after.latest("reported")).state).toBe("PROCESSING");
});

test("nobody is given up any more when the server stops", async () => {
  const [stopped, other] = [
    await LifecycleStage.open({ agentLostAfterMs }),
    await LifecycleStage.open({ agentLostAfterMs }),
  ];
  stopped.leave(await stopped.agent("before", "run"));
  stopped.lifecycle.stop();
  stopped.leave(await stopped.agent("after", "run"));
  // What would have been given up has been away for longer than this one.
  other.leave(await other.agent("other", "run"));
  await lost(other, "other");
  for (const taskId of ["before", "after"]) expect((await stopped.latest(taskId)).state).toBe("PROCESSING");
});
