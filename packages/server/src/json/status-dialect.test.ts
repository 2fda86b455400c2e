import { expect, test } from "bun:test";
import { JsonClient } from "../testing/json-client.ts";
import { makeFrame } from "../testing/make-frame.ts";
import { TestClient } from "../testing/test-client.ts";
import { startTestServer } from "../testing/test-server.ts";

const { url } = await startTestServer({ tuning: { statusIntervalMs: 20, pingIntervalMs: 50 } });

async function subscribed(request: object): Promise<JsonClient> {
  const client = await JsonClient.open(url, "/ws/tasks/status");
  client.send({ action: "subscribe", ...request });
  await client.waitFor("subscription_success");
  return client;
}

function ask(method: string, path: string, body: object): Promise<Response> {
  return fetch(`${url}/api/v1${path}`, { method, body: JSON.stringify(body) });
}

test("channels tell how their tasks stand as that changes, and of no other task or line", async () => {
  const all = await subscribed({ channels: ["all"] });
  const one = await subscribed({ channels: ["task:one"] });
  const failed = await subscribed({ channels: ["all"], filters: { statuses: ["failed"] } });
  await ask("POST", "/tasks", { id: "one", name: "one" });
  await one.waitFor("task_status_update", ({ data }) => (data as { status: string }).status === "pending");
  const { agent } = await TestClient.agent(url, "one", "run");
  await one.waitFor("task_status_update", ({ data }) => (data as { status: string }).status === "running");
  await ask("PATCH", "/tasks/one/progress", { progress: 40, message: "compiling" });
  const progress = await one.waitFor("task_progress_update");
  expect(progress).toMatchObject({
    taskId: "one",
    data: { status: "running", progress: 40, message: "compiling" },
  });
  for (let first = 1; first <= 91; first += 10) agent.sendChunk(makeFrame(first, 10));
  agent.send({ type: "end", lastSequence: 100, state: "FAILED", endedAtUs: 2_000_000, exitCode: 3 });
  const end = await one.waitFor(
    "task_status_update",
    ({ data }) => (data as { status: string }).status === "failed",
  );
  expect(end).toMatchObject({ data: { exitCode: 3, completedAt: "1970-01-01T00:00:02.000Z" } });
  await failed.waitFor("task_status_update");
  await TestClient.agent(url, "two", "run");
  await all.waitFor("task_status_update", ({ taskId }) => taskId === "two");
  expect(one.messages.filter(({ taskId }) => taskId === "two")).toEqual([]);
  expect(failed.all("task_status_update").map(({ taskId }) => taskId)).toEqual(["one"]);
  expect(one.messages.filter(({ taskId }) => taskId === "one").length).toBe(4);
});

test("what is wrong is answered, a channel can be left, and the connection is kept alive", async () => {
  const client = await JsonClient.open(url, "/ws/tasks/status");
  for (const wrong of [
    "nonsense",
    { action: "dance" },
    { action: "subscribe", channels: ["provider:a"] },
    {},
  ])
    client.send(wrong);
  await client.until(() => client.all("subscription_error").length === 4);
  client.send({ action: "subscribe", channels: ["task:three", "queue:q"], unknown: 1 });
  client.send({ action: "unsubscribe", channels: ["task:three"] });
  await client.until(() => client.all("subscription_success").length === 2);
  expect(client.all("subscription_success")[1]).toMatchObject({ channels: ["queue:q"] });
  await ask("POST", "/tasks", { id: "three", name: "three" });
  await ask("POST", "/tasks", { id: "four", name: "four", queueId: "q" });
  await client.waitFor("task_status_update", ({ taskId }) => taskId === "four");
  expect(client.all("task_status_update").length).toBe(1);
  await client.waitFor("heartbeat");
});
