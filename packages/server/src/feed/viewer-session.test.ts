import { describe, expect, test } from "bun:test";
import { lineText, makeFrame } from "../testing/make-frame.ts";
import { TestClient } from "../testing/test-client.ts";
import { startTestServer } from "../testing/test-server.ts";

const { url } = await startTestServer();
let tasks = 0;
const newTask = () => `task-${++tasks}`;

async function viewer(taskId: string, options: object = {}, at = url): Promise<TestClient> {
  const client = await TestClient.open(at, `/ws/tasks/${taskId}`);
  client.send({ type: "subscribe", protocol: 1, ...options });
  await client.waitFor("subscribed");
  return client;
}

function lines(first: number, last: number): string[] {
  return Array.from(
    { length: last - first + 1 },
    (_, index) => `${first + index} ${lineText(first + index)}`,
  );
}

function end(lastSequence: number) {
  return { type: "end", lastSequence, state: "COMPLETED", endedAtUs: 5, exitCode: 0 } as const;
}

describe("a viewer", () => {
  test("that joins before, in the middle, after the end, and resumes, sees every line once, in order", async () => {
    const taskId = newTask();
    const early = await viewer(taskId);
    const { agent } = await TestClient.agent(url, taskId, "run");
    await early.waitFor("attempt", ({ summary }) => summary.attempt === 1);
    early.send({ type: "subscribe", protocol: 1 });
    for (let first = 1; first <= 401; first += 100) agent.sendChunk(makeFrame(first, 100));
    await agent.waitFor("ack");
    const middle = await viewer(taskId);
    const half = await viewer(taskId);
    await half.until(() => half.lines().length >= 200);
    half.close();
    for (let first = 501; first <= 901; first += 100) agent.sendChunk(makeFrame(first, 100));
    agent.send(end(1_000));
    await agent.waitFor("ended");
    const late = await viewer(taskId);
    const resumed = await viewer(taskId, { from: half.lines().length + 1 });
    for (const client of [early, middle, late, resumed]) await client.waitFor("end");
    for (const client of [early, middle, late]) expect(client.lines()).toEqual(lines(1, 1_000));
    expect([...half.lines(), ...resumed.lines()]).toEqual(lines(1, 1_000));
    expect(late.all("end")[0]?.summary).toMatchObject({ state: "COMPLETED", head: 1_000, exitCode: 0 });
  });

  test("with a tail or a first line gets the unit that holds it first", async () => {
    const taskId = newTask();
    const { agent } = await TestClient.agent(url, taskId, "run");
    for (let first = 1; first <= 91; first += 10) agent.sendChunk(makeFrame(first, 10));
    await agent.waitFor("ack", ({ sequence }) => sequence === 100);
    const tail = await viewer(taskId, { tail: 15 });
    expect(tail.all("subscribed")[0]).toMatchObject({ from: 86, attempt: { head: 100 } });
    await tail.until(() => tail.ranges().length === 2);
    expect(tail.ranges()).toEqual(["81-90", "91-100"]);
    const none = await viewer(taskId, { tail: 0 });
    agent.sendChunk(makeFrame(101, 5));
    await none.until(() => none.ranges().length === 1);
    expect(none.ranges()).toEqual(["101-105"]);
  });

  test("with a filter is told how far was looked, and spared the rest", async () => {
    const taskId = newTask();
    const { agent } = await TestClient.agent(url, taskId, "run");
    const live = await viewer(taskId, { levels: ["ERROR"], sources: ["stderr"] });
    const chunks = [
      makeFrame(1, 10),
      makeFrame(11, 10, { level: 3, source: 1 }),
      makeFrame(21, 10, { level: 3, source: 0 }),
      makeFrame(31, 10, { level: 1, source: 1 }),
    ];
    for (const frame of chunks) agent.sendChunk(frame);
    await live.waitFor("scanned", ({ sequence }) => sequence === 40);
    const history = await viewer(taskId, { levels: ["ERROR"], sources: ["stderr"] });
    await history.waitFor("scanned", ({ sequence }) => sequence === 40);
    for (const client of [live, history]) expect(client.ranges()).toEqual(["11-20"]);
  });

  test("sees the line that is being typed, also when it joins, until it is done", async () => {
    const taskId = newTask();
    const { agent } = await TestClient.agent(url, taskId, "run");
    const early = await viewer(taskId);
    agent.sendChunk(makeFrame(1, 1));
    agent.send({ type: "partial", source: "stdout", text: "42 %" });
    await early.waitFor("partial", ({ text }) => text === "42 %");
    expect(early.messages.findIndex((message) => message.type === "chunk")).toBeLessThan(
      early.messages.findIndex((message) => message.type === "partial"),
    );
    const late = await viewer(taskId);
    await late.waitFor("partial", ({ text }) => text === "42 %");
    agent.sendChunk(makeFrame(2, 1));
    agent.send({ type: "partial", source: "stdout", text: "" });
    for (const client of [early, late]) {
      await client.waitFor("partial", ({ text }) => text === "");
      expect(client.lines()).toEqual(lines(1, 2));
    }
  });

  test("is told of attempts that begin and end, and that one it asks for is not there", async () => {
    const taskId = newTask();
    const { agent } = await TestClient.agent(url, taskId, "one");
    const watcher = await viewer(taskId, { attempt: 0 });
    await TestClient.agent(url, taskId, "two");
    await watcher.waitFor("attempt", ({ summary }) => summary.attempt === 2 && summary.connected);
    agent.send(end(0));
    await watcher.waitFor("attempt", ({ summary }) => summary.attempt === 1 && summary.state === "COMPLETED");
    expect(watcher.all("chunk")).toEqual([]);
    const lost = await TestClient.open(url, `/ws/tasks/${taskId}`);
    lost.send({ type: "subscribe", protocol: 1, attempt: 9 });
    expect(await lost.waitForClose()).toEqual({ code: 4404, reason: "ATTEMPT_NOT_FOUND" });
  });

  test("gets no more than its window before it acknowledges, and everything when it does", async () => {
    const small = await startTestServer({ tuning: { viewerWindowBytes: 2_000, ringBytes: 3_000 } });
    const { agent } = await TestClient.agent(small.url, "task", "run");
    const slow = await TestClient.open(small.url, "/ws/tasks/task", { acknowledges: false });
    slow.send({ type: "subscribe", protocol: 1 });
    await slow.waitFor("subscribed");
    const quick = await viewer("task", {}, small.url);
    const noise = (sequence: number) => `${sequence} ${crypto.randomUUID()}`;
    for (let first = 1; first <= 991; first += 10) agent.sendChunk(makeFrame(first, 10, { text: noise }));
    agent.send(end(1_000));
    await quick.waitFor("end");
    expect(slow.takenBytes).toBeGreaterThan(1_000);
    expect(slow.takenBytes).toBeLessThanOrEqual(2_000);
    while (slow.all("end").length === 0) {
      const before = slow.messages.length;
      slow.acknowledge();
      await slow.until(() => slow.messages.length > before);
    }
    expect(slow.lines()).toEqual(quick.lines());
    expect(slow.lines().length).toBe(1_000);
  });

  test("goes on behind lines that are deleted before it could take them", async () => {
    const small = await startTestServer({ tuning: { viewerWindowBytes: 2_000, ringBytes: 3_000 } });
    const { agent } = await TestClient.agent(small.url, "task", "run");
    const noise = (sequence: number) => `${sequence} ${crypto.randomUUID()}`;
    for (let first = 1; first <= 991; first += 10) agent.sendChunk(makeFrame(first, 10, { text: noise }));
    await agent.waitFor("ack", ({ sequence }) => sequence === 1_000);
    const slow = await TestClient.open(small.url, "/ws/tasks/task", { acknowledges: false });
    slow.send({ type: "subscribe", protocol: 1 });
    await slow.until(() => slow.takenBytes > 1_000);
    const logs = `${small.url}/api/v1/tasks/task/logs`;
    expect((await fetch(logs, { method: "DELETE" })).status).toBe(200);
    agent.sendChunk(makeFrame(1_001, 10));
    agent.send(end(1_010));
    await agent.waitFor("ended");
    const late = await viewer("task", {}, small.url);
    expect(late.all("subscribed")[0]).toMatchObject({ from: 1_001, attempt: { deletedThrough: 1_000 } });
    slow.acknowledge();
    for (const client of [slow, late]) await client.waitFor("end");
    expect(slow.all("scanned").at(-1)?.sequence).toBe(1_000);
    expect(slow.ranges().at(-1)).toBe("1001-1010");
    expect(late.lines()).toEqual(lines(1_001, 1_010));
  });

  test("of an attempt that was given up is told so, and gets the lines of the agent that comes back", async () => {
    const lossy = await startTestServer({ agentLostAfterMs: 50 });
    const { agent, welcome } = await TestClient.agent(lossy.url, "task", "run");
    agent.sendChunk(makeFrame(1, 10));
    await agent.waitFor("ack");
    const watching = await viewer("task", {}, lossy.url);
    agent.close();
    const { summary } = await watching.waitFor("end");
    expect(summary).toMatchObject({ state: "FAILED", lost: true, head: 11 });
    const { agent: back } = await TestClient.agent(lossy.url, "task", "run", welcome.claim);
    back.sendChunk(makeFrame(11, 10));
    back.send({ ...end(20), state: "COMPLETED" });
    await watching.waitFor("end", ({ summary }) => summary.state === "COMPLETED");
    const sequences = watching.lines().map((line) => Number.parseInt(line, 10));
    expect(sequences).toEqual(Array.from({ length: summary.head + 11 }, (_, index) => index + 1));
    expect(watching.lines().at(-1)).toEndWith("line 20");
  });

  test("fifty of them at once, each complete", async () => {
    const taskId = newTask();
    const { agent } = await TestClient.agent(url, taskId, "run");
    const viewers = await Promise.all(Array.from({ length: 50 }, () => viewer(taskId)));
    for (let first = 1; first <= 1_991; first += 10) agent.sendChunk(makeFrame(first, 10));
    agent.send(end(2_000));
    await Promise.all(viewers.map((client) => client.waitFor("end")));
    for (const client of viewers) expect(client.lines()).toEqual(lines(1, 2_000));
  });
});

test("the status of all tasks: one summary a task, the newest", async () => {
  const status = await TestClient.open(url, "/ws/tasks/status");
  status.send({ type: "subscribe", protocol: 1, attempt: 0 });
  await status.waitFor("subscribed");
  const [one, two] = [newTask(), newTask()];
  const { agent } = await TestClient.agent(url, one, "run");
  await TestClient.agent(url, two, "run");
  for (let first = 1; first <= 500; first++) agent.sendChunk(makeFrame(first, 1));
  agent.send(end(500));
  const { summary } = await status.waitFor(
    "attempt",
    (message) =>
      message.summary.taskId === one && message.summary.head === 500 && message.summary.state === "COMPLETED",
  );
  expect(summary).toMatchObject({ attempt: 1, counts: [0, 500, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
  await status.waitFor("attempt", (message) => message.summary.taskId === two);
  expect(status.all("attempt").length).toBeLessThan(50);
});
