import { expect, test } from "bun:test";
import { encodeMessage, subprotocol } from "@keruta/protocol";
import { TestClient } from "./testing/test-client.ts";
import { startTestServer } from "./testing/test-server.ts";

test("a peer that answers pings stays, one that has fallen silent is taken for dead", async () => {
  const { url } = await startTestServer({ tuning: { pingIntervalMs: 20, silenceTimeoutMs: 150 } });
  const alive = await TestClient.open(url, "/ws/tasks/status");
  alive.send({ type: "subscribe", protocol: 1, attempt: 0 });
  const silent = new WebSocket(`${url.replace("http", "ws")}/ws/tasks/status`, subprotocol);
  silent.onopen = () => silent.send(encodeMessage({ type: "subscribe", protocol: 1, attempt: 0 }));
  await new Promise((resolve) => {
    silent.onclose = resolve;
  });
  const pings = alive.all("ping").length;
  expect(pings).toBeGreaterThan(2);
  await alive.until(() => alive.all("ping").length > pings + 10);
  expect(alive.closed).toBeUndefined();
});
