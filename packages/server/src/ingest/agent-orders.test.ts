import { describe, expect, test } from "bun:test";
import { encodeMessage, type TaskRecord } from "@keruta/protocol";
import { makeFrame, makeHello } from "../testing/make-frame.ts";
import { TestClient } from "../testing/test-client.ts";
import { startTestServer } from "../testing/test-server.ts";

const { url } = await startTestServer();
let tasks = 0;
const newTask = () => `task-${++tasks}`;

async function ask(method: string, path: string, body?: object): Promise<Response> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { "content-type": "application/json" };
  return fetch(`${url}/api/v1/tasks/${path}`, { method, headers, ...json });
}

async function record(taskId: string): Promise<TaskRecord> {
  return (await ask("GET", taskId)).json() as Promise<TaskRecord>;
}

async function viewerOf(taskId: string): Promise<TestClient> {
  const viewer = await TestClient.open(url, `/ws/tasks/${taskId}`);
  viewer.send({ type: "subscribe", protocol: 1 });
  await viewer.waitFor("subscribed");
  return viewer;
}

describe("an agent", () => {
  test("says when its script waits, and who looks at the task is told", async () => {
    const taskId = newTask();
    const { agent } = await TestClient.agent(url, taskId, "run");
    const viewer = await viewerOf(taskId);
    agent.send({ type: "waiting", waiting: true });
    await viewer.waitFor("attempt", ({ summary }) => summary.waitingForInput === true);
    expect((await record(taskId)).status).toBe("WAITING_FOR_INPUT");
    agent.send({ type: "waiting", waiting: false });
    await viewer.waitFor("attempt", ({ summary }) => summary.waitingForInput !== true);
    expect((await record(taskId)).status).toBe("PROCESSING");
    agent.send({ type: "waiting", waiting: true });
    agent.send({ type: "end", lastSequence: 0, state: "COMPLETED", endedAtUs: 5 });
    await agent.waitFor("ended");
    expect((await record(taskId)).status).toBe("COMPLETED");
  });

  test("is sent input, and viewers see that it was, among the lines", async () => {
    const taskId = newTask();
    const { agent } = await TestClient.agent(url, taskId, "run");
    const viewer = await viewerOf(taskId);
    agent.sendChunk(makeFrame(1, 2));
    await viewer.until(() => viewer.lines().length === 2);
    expect((await ask("POST", `${taskId}/input`, { input: "secret" })).status).toBe(200);
    const input = await agent.waitFor("input");
    expect(input).toEqual({ type: "input", id: 1, text: "secret\n", eof: false, by: "anonymous" });
    agent.send({ type: "inputTaken", id: 1 });
    await viewer.until(() => viewer.lines().length === 3);
    agent.sendChunk(makeFrame(3, 1));
    expect(await agent.waitFor("ack", ({ sequence }) => sequence === 3)).toBeDefined();
    await viewer.until(() => viewer.lines().length === 4);
    expect(viewer.lines()).toEqual([
      "1 line 1",
      "2 line 2",
      "3 input from anonymous: 6 characters",
      "4 line 3",
    ]);
  });

  test("is told to end its script, and again when it is back", async () => {
    const taskId = newTask();
    const { agent, welcome } = await TestClient.agent(url, taskId, "run");
    expect((await ask("POST", `${taskId}/cancel`, { reason: "enough" })).status).toBeLessThan(300);
    expect(await agent.waitFor("cancel")).toEqual({ type: "cancel", by: "anonymous", reason: "enough" });
    agent.close();
    const back = await TestClient.agent(url, taskId, "run", welcome.claim);
    await back.agent.waitFor("cancel");
  });

  test("goes on in its own numbers, whatever is inserted, through reconnects and takeovers", async () => {
    const taskId = newTask();
    const submit = (message: string) => ask("POST", `${taskId}/logs`, { level: "INFO", message });
    const { agent, welcome } = await TestClient.agent(url, taskId, "run");
    agent.sendChunk(makeFrame(1, 5));
    await agent.waitFor("ack");
    expect((await submit("one")).status).toBe(201);
    agent.close();
    const back = await TestClient.agent(url, taskId, "run", welcome.claim);
    expect(back.welcome.head).toBe(5);
    expect((await submit("two")).status).toBe(201);
    back.agent.sendChunk(makeFrame(6, 5));
    await back.agent.waitFor("ack", ({ sequence }) => sequence === 10);
    back.agent.sendChunk(makeFrame(20, 1));
    expect(await back.agent.waitFor("resume")).toMatchObject({ next: 11 });
    const taken = await TestClient.agent(url, taskId, "run");
    expect(taken.welcome.head).toBe(10);
    expect((await submit("three")).status).toBe(201);
    taken.agent.send({ type: "end", lastSequence: 10, state: "COMPLETED", endedAtUs: 5 });
    await taken.agent.waitFor("ended");
    const viewer = await viewerOf(taskId);
    await viewer.waitFor("end");
    const own = (first: number, last: number, moved: number) =>
      Array.from(
        { length: last - first + 1 },
        (_, index) => `${first + index + moved} line ${first + index}`,
      );
    expect(viewer.lines()).toEqual([...own(1, 5, 0), "6 one", "7 two", ...own(6, 10, 2), "13 three"]);
    expect((await record(taskId)).latest).toMatchObject({ head: 13, state: "COMPLETED" });
  });

  test("whose task is deleted is told to stop and does not bring it back; its viewers are told", async () => {
    const taskId = newTask();
    const { agent, welcome } = await TestClient.agent(url, taskId, "run");
    const viewer = await viewerOf(taskId);
    agent.sendChunk(makeFrame(1, 5));
    await viewer.until(() => viewer.lines().length === 5);
    expect((await ask("DELETE", taskId)).status).toBeLessThan(300);
    expect(await agent.waitForClose()).toEqual({ code: 4404, reason: "TASK_NOT_FOUND" });
    expect(agent.all("cancel").length).toBe(1);
    expect(await viewer.waitForClose()).toEqual({ code: 4404, reason: "TASK_NOT_FOUND" });
    expect((await ask("GET", taskId)).status).toBe(404);
    expect(welcome.attempt).toBe(1);
  });

  test("cannot begin a task where that is not allowed", async () => {
    const strict = await startTestServer({ autoCreateTasks: false });
    const agent = await TestClient.open(strict.url, "/ws/tasks/unknown");
    agent.send(makeHello("run"));
    expect(await agent.waitForClose()).toEqual({ code: 4404, reason: "TASK_NOT_FOUND" });
  });

  test("has nothing to say about input before it is welcomed, and no viewer has", async () => {
    for (const message of [
      { type: "waiting", waiting: true },
      { type: "inputTaken", id: 1 },
    ] as const) {
      const early = await TestClient.open(url, `/ws/tasks/${newTask()}`);
      early.socket.send(encodeMessage(message));
      expect((await early.waitForClose()).code).toBe(4400);
      const viewer = await viewerOf(newTask());
      viewer.socket.send(encodeMessage(message));
      expect((await viewer.waitForClose()).code).toBe(4400);
    }
  });
});

test("an agent that stays away is given up; whoever looks on sees it end, come back and end again", async () => {
  const { url } = await startTestServer({ agentLostAfterMs: 50 });
  const { agent, welcome } = await TestClient.agent(url, "lost", "run");
  const viewer = await TestClient.open(url, "/ws/tasks/lost");
  viewer.send({ type: "subscribe", protocol: 1 });
  agent.sendChunk(makeFrame(1, 2));
  await viewer.until(() => viewer.lines().length === 2);
  agent.close();
  expect((await viewer.waitFor("end")).summary).toMatchObject({ state: "FAILED", lost: true, head: 3 });
  const back = await TestClient.agent(url, "lost", "run", welcome.claim);
  expect(back.welcome.head).toBe(2);
  back.agent.sendChunk(makeFrame(3, 1));
  back.agent.send({ type: "end", lastSequence: 3, state: "COMPLETED", endedAtUs: 5 });
  const { summary } = await viewer.waitFor("end", ({ summary }) => summary.state === "COMPLETED");
  expect(summary).toMatchObject({ head: 5 });
  expect(summary.lost).toBeUndefined();
  expect(viewer.lines().map((line) => line.replace(/not been .* should/, "…"))).toEqual([
    "1 line 1",
    "2 line 2",
    "3 the agent has … it come back, the log goes on",
    "4 the agent has come back; the log goes on",
    "5 line 3",
  ]);
});
