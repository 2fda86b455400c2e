import { expect, test } from "bun:test";
import { type Manifest, readManifest } from "@keruta/protocol";
import { makeFrame, makeHello } from "../testing/make-frame.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { TestClient } from "../testing/test-client.ts";
import { startTestServer } from "../testing/test-server.ts";
import { openSqliteLogStore } from "./sqlite/sqlite-log-store.ts";

const text = (sequence: number) => `${sequence} `.padEnd(20_000, "x");

async function fetchManifest(url: string, taskId: string): Promise<Manifest> {
  return readManifest(await (await fetch(`${url}/api/v1/tasks/${taskId}/attempts/1/manifest`)).json());
}

async function untilSealed(url: string, taskId: string, sequence: number): Promise<Manifest> {
  for (;;) {
    const now = await fetchManifest(url, taskId);
    if (now.sealedThrough >= sequence) return now;
    await Bun.sleep(5);
  }
}

test("a live attempt is sealed as segments fill, and the rest when it ends", async () => {
  const { url } = await startTestServer();
  const { agent } = await TestClient.agent(url, "task", "run");
  for (let first = 1; first <= 191; first += 10) agent.sendChunk(makeFrame(first, 10, { text }));
  const live = await untilSealed(url, "task", 150);
  expect(live.summary.state).toBe("PROCESSING");
  expect(live.sealedThrough).toBeLessThan(200);
  agent.send({ type: "end", lastSequence: 200, state: "COMPLETED", endedAtUs: 5 });
  const done = await untilSealed(url, "task", 200);
  expect(done.segments.slice(0, live.segments.length)).toEqual(live.segments);
});

test("what an earlier process left is sealed after a start", async () => {
  const dataDir = temporaryFolder();
  const store = await openSqliteLogStore(dataDir);
  const { claim } = await store.claim("task", makeHello("run"));
  const key = { taskId: "task", attempt: 1, claim };
  await store.append(key, makeFrame(1, 40));
  await store.end(key, { type: "end", lastSequence: 40, state: "FAILED", endedAtUs: 5 });
  await store.close();
  const { url } = await startTestServer({ dataDir });
  expect((await untilSealed(url, "task", 40)).segments).toHaveLength(1);
});

test("sealing steps aside while lines come fast, but not for ever", async () => {
  const patient = { sealQuietRawBytesPerSecond: 0, sealMaxBacklogRawBytes: Number.MAX_SAFE_INTEGER };
  const quiet = await startTestServer({ tuning: patient });
  const { agent } = await TestClient.agent(quiet.url, "task", "run");
  for (let first = 1; first <= 591; first += 10) {
    agent.sendChunk(makeFrame(first, 10, { text }));
    await agent.waitFor("ack", ({ sequence }) => sequence === first + 9);
  }
  await untilSealed(quiet.url, "task", 500);

  const full = await startTestServer({
    tuning: { sealQuietRawBytesPerSecond: 0, sealMaxBacklogRawBytes: 1 },
  });
  const { agent: hasty } = await TestClient.agent(full.url, "task", "run");
  let sealed = 0;
  for (let first = 1; sealed === 0; first += 10) {
    hasty.sendChunk(makeFrame(first, 10, { text }));
    await hasty.waitFor("ack", ({ sequence }) => sequence === first + 9);
    sealed = (await fetchManifest(full.url, "task")).sealedThrough;
  }
});

test("sealing does not step aside for an attempt that is watched", async () => {
  const patient = { sealQuietRawBytesPerSecond: 0, sealMaxBacklogRawBytes: Number.MAX_SAFE_INTEGER };
  const { url } = await startTestServer({ tuning: patient });
  const { agent } = await TestClient.agent(url, "task", "run");
  const viewer = await TestClient.open(url, "/ws/tasks/task");
  viewer.send({ type: "subscribe", protocol: 1 });
  await viewer.waitFor("subscribed");
  let sealed = 0;
  for (let first = 1; sealed === 0; first += 10) {
    agent.sendChunk(makeFrame(first, 10, { text }));
    await agent.waitFor("ack", ({ sequence }) => sequence === first + 9);
    sealed = (await fetchManifest(url, "task")).sealedThrough;
  }
});
