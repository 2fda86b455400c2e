import { expect } from "bun:test";
import type { AttemptSummary } from "@keruta/protocol";
import type { Agent } from "./harness/agent.ts";
import { expectNumbered } from "./harness/expect-log.ts";
import type { FaultProxy } from "./harness/fault-proxy.ts";
import { bytesUnder } from "./harness/files.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { TaskApi } from "./harness/task-api.ts";
import type { Viewer } from "./harness/viewer.ts";
import { waitFor, waitUntilStill } from "./harness/wait-for.ts";

const soonLost = { KERUTA_AGENTS_LOST_AFTER: "1" };
const lines = 2000;
const saidOfLoss = [
  expect.stringMatching(/^the agent has not been connected since .*; should it come back, the log goes on$/),
  "the agent has come back; the log goes on",
];

function writeLines(stage: Stage, task: string, apiUrl = stage.server.url): Agent {
  const command = script("numbered-lines.ts", `--count=${lines}`, "--burst=20", "--pause-ms=10");
  return stage.execute({ task, command, apiUrl });
}

/** Cuts the agent off in the middle of its log; it goes on without the server. */
async function cutOff(proxy: FaultProxy, viewer: Viewer): Promise<void> {
  await waitFor("first lines", () => viewer.log.next > 200);
  proxy.isRefusing = true;
  proxy.cutAll();
}

function givenUp(stage: Stage, task: string): Promise<AttemptSummary> {
  const api = new TaskApi(() => stage.server.url, task);
  return waitFor("the agent to be taken for lost", async () => {
    const { status, latest } = await api.record();
    return status === "FAILED" && latest?.lost === true && latest;
  });
}

/** The log of a run that was interrupted once: all of the script's lines, and what the server said of it where it happened. */
async function expectWhole(stage: Stage, task: string, follower: Viewer): Promise<void> {
  const stored = await stage.stored(task);
  await waitFor("the follower to have all of it", () => follower.log.next === stored.next);
  for (const log of [follower.log, stored]) {
    expectNumbered(log, 1, lines);
    expect(log.texts("agent")).toEqual(saidOfLoss);
  }
  expect(follower.log.lines()).toEqual(stored.lines());
  const [lost, back] = stored.lines("agent");
  expect(lost).toMatchObject({ level: "ERROR" });
  expect(back).toMatchObject({ level: "INFO", sequence: lost!.sequence + 1 });
}

test("an agent that was killed and stays away is given up; its spool, delivered later, makes the log whole", async () => {
  await using stage = await openStage(soonLost);
  const proxy = await stage.proxy();
  const viewer = await stage.view("killed");
  const agent = writeLines(stage, "killed", proxy.url);
  await cutOff(proxy, viewer);
  await waitFor("the script to end", () => agent.stdout().includes(`\n${lines} `));
  await waitUntilStill("the spool", () => bytesUnder(agent.spoolDir));
  agent.kill("SIGKILL");
  await agent.ended();
  const lost = await givenUp(stage, "killed");
  expect(lost.head).toBeLessThan(lines);
  expect(await viewer.ended()).toMatchObject({ state: "FAILED", lost: true, head: lost.head });

  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  await expectWhole(stage, "killed", viewer);
  const { latest } = await new TaskApi(() => stage.server.url, "killed").record();
  expect(latest).toMatchObject({ state: "COMPLETED", exitCode: 0 });
  for (const key of ["lost", "reason"]) expect(latest).not.toHaveProperty(key);
});

test("an agent that was only cut off goes on, and ends as its script does", async () => {
  await using stage = await openStage(soonLost);
  const proxy = await stage.proxy();
  const viewer = await stage.view("cut");
  const agent = writeLines(stage, "cut", proxy.url);
  await cutOff(proxy, viewer);
  await givenUp(stage, "cut");
  proxy.isRefusing = false;
  expect((await agent.ended()).code).toBe(0);
  await expectWhole(stage, "cut", viewer);
  expect(await new TaskApi(() => stage.server.url, "cut").record()).toMatchObject({
    status: "COMPLETED",
    exitCode: 0,
    attempts: 1,
  });
});

test("an agent that went while the server was away is missed from its start on", async () => {
  await using stage = await openStage(soonLost);
  const viewer = await stage.view("both");
  const agent = writeLines(stage, "both");
  await waitFor("first lines", () => viewer.log.next > 200);
  await stage.server.kill();
  agent.kill("SIGKILL");
  await agent.ended();
  await stage.server.start();
  const lost = await givenUp(stage, "both");
  expect(lost.reason).toContain("since before the server was started");
  expect(lost.connected).toBe(false);
});

test("an attempt that is reported by requests has no agent to miss", async () => {
  await using stage = await openStage(soonLost);
  const reported = new TaskApi(() => stage.server.url, "reported");
  await reported.submit(["the only line"]);
  await stage.server.kill();
  await stage.server.start();
  const viewer = await stage.view("missed");
  const agent = writeLines(stage, "missed");
  await waitFor("first lines", () => viewer.log.next > 20);
  agent.kill("SIGKILL");
  await agent.ended();
  // Whoever would be missed since the start would be by now.
  await givenUp(stage, "missed");
  expect((await reported.record()).status).toBe("PROCESSING");
});
