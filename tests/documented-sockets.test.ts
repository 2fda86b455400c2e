import { expect } from "bun:test";
import { type GuardedServer, startGuardedServer } from "./harness/guarded-server.ts";
import { JsonPeer } from "./harness/json-peer.ts";
import { test } from "./harness/process-test.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

test("producers are heard at every documented address, and `status` is not a task's", async () => {
  await using stage = await openStage();
  const { url } = stage.server;
  await using viewer = await JsonPeer.viewer(url, "heard");
  const paths = ["/ws/tasks/heard", "/ws/tasks", "/ws/agent", "/ws/agents/a1/logs"];
  for (const [index, path] of paths.entries()) {
    await using producer = await JsonPeer.open(url, path);
    producer.send({ taskId: "heard", source: "stdout", level: "INFO", message: path });
    await viewer.lines(index + 1);
  }
  expect(viewer.all("log").map(({ message }) => message)).toEqual(paths);
  await using status = await JsonPeer.open(url, "/ws/tasks/status");
  status.send({ action: "subscribe", channels: ["task:heard"] });
  expect(await status.got("subscription_success")).toMatchObject({ channels: ["task:heard"] });
  expect((await fetch(`${url}/api/v1/tasks/status`)).status).toBe(400);
  await expect(JsonPeer.open(url, "/ws/ktcp")).rejects.toThrow("cannot connect");
});

async function session(server: GuardedServer, token: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/auth/session`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, origin: server.url },
  });
  return answer.headers.get("set-cookie")!.split(";")[0]!;
}

test("a viewer says who it is by header, address, session or message", async () => {
  await using server = await startGuardedServer({ args: ["--query-token"] });
  const token = await server.token("viewer");
  const path = "/ws/tasks/seen";
  const cookie = await session(server, token);
  await using byBearer = await JsonPeer.open(server.url, path, { authorization: `Bearer ${token}` });
  await using byAddress = await JsonPeer.open(server.url, `${path}?token=${token}`);
  await using bySession = await JsonPeer.open(server.url, path, { cookie, origin: server.url });
  await using byMessage = await JsonPeer.open(server.url, path);
  byMessage.send({ type: "subscribe", taskId: "seen" });
  expect(await byMessage.got("error")).toMatchObject({ code: "UNAUTHORIZED" });
  byMessage.send({ type: "auth", token });
  await byMessage.got("authenticated");
  for (const peer of [byBearer, byAddress, bySession, byMessage]) {
    peer.send({ type: "subscribe", taskId: "seen" });
    await peer.got("subscribed");
  }
  await expect(JsonPeer.open(server.url, path, { authorization: "Bearer nonsense" })).rejects.toThrow(
    "cannot connect",
  );
});

test("an API key is shown by either header", async () => {
  await using server = await startGuardedServer({ keys: true });
  const key = await server.keruta(["key", "create", "--role", "viewer", "--file", server.keysFile]);
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${server.url}/api/v1/tasks`, { headers })).status;
  await waitFor("the key to be taken", async () => (await status({ "x-api-key": key })) === 200);
  expect(await status({ authorization: `ApiKey ${key}` })).toBe(200);
  expect(await status({ "x-api-key": `${key}x` })).toBe(401);
});

test("nobody has to say who they are where anonymous viewers are let in, and they only look on", async () => {
  await using server = await startGuardedServer({ args: ["--anonymous-viewers"] });
  await using viewer = await JsonPeer.viewer(server.url, "open");
  viewer.send({ type: "log", taskId: "open", level: "INFO", message: "not mine to say" });
  expect(await viewer.got("error")).toMatchObject({ code: "FORBIDDEN" });
});
