import { describe, expect, test } from "bun:test";
import { encodeFrame, encodeMessage, openFrame } from "@keruta/protocol";
import { makeFrame, makeHello } from "../testing/make-frame.ts";
import { TestClient } from "../testing/test-client.ts";
import { startTestServer } from "../testing/test-server.ts";

const { url } = await startTestServer({ tuning: { ingestWindowBytes: 64 * 1024 } });
let tasks = 0;
const newTask = () => `task-${++tasks}`;

async function head(taskId: string, attempt = 1): Promise<number> {
  const attempts = (await (await fetch(`${url}/api/v1/tasks/${taskId}/attempts`)).json()) as {
    head: number;
  }[];
  return attempts[attempt - 1]!.head;
}

describe("an agent's lines", () => {
  test("are acknowledged in order, and welcome names where to go on", async () => {
    const taskId = newTask();
    const { agent, welcome } = await TestClient.agent(url, taskId, "run");
    expect(welcome).toMatchObject({ attempt: 1, claim: 1, head: 0, windowBytes: 64 * 1024 });
    for (let first = 1; first <= 91; first += 10) agent.sendChunk(makeFrame(first, 10));
    await agent.waitFor("ack", ({ sequence }) => sequence === 100);
    const acks = agent.all("ack").map(({ sequence }) => sequence);
    expect(acks).toEqual([...acks].sort((a, b) => a - b));
    agent.close();
    const again = await TestClient.agent(url, taskId, "run", welcome.claim);
    expect(again.welcome).toMatchObject({ attempt: 1, claim: 1, head: 100 });
  });

  test("a gap is answered once, whatever is on the way behind it, and again after a new mistake", async () => {
    const { agent } = await TestClient.agent(url, newTask(), "run");
    agent.sendChunk(makeFrame(1, 10));
    for (const first of [21, 31, 41]) agent.sendChunk(makeFrame(first, 10));
    expect(await agent.waitFor("resume")).toMatchObject({ next: 11, code: "SEQUENCE_GAP" });
    for (const first of [11, 21, 31]) agent.sendChunk(makeFrame(first, 10));
    await agent.waitFor("ack", ({ sequence }) => sequence === 40);
    expect(agent.all("resume").length).toBe(1);
    agent.sendChunk(makeFrame(51, 10));
    await agent.until(() => agent.all("resume").length === 2);
    agent.sendChunk(makeFrame(45, 10));
    await agent.until(() => agent.all("resume").length === 3);
    expect(agent.all("resume").map(({ next }) => next)).toEqual([11, 41, 41]);
  });

  test("duplicates are acknowledged, an overlap is sent back", async () => {
    const { agent } = await TestClient.agent(url, newTask(), "run");
    agent.sendChunk(makeFrame(1, 10));
    agent.sendChunk(makeFrame(3, 4));
    agent.sendChunk(makeFrame(8, 10));
    expect(await agent.waitFor("resume")).toMatchObject({ next: 11 });
    expect(agent.all("ack").at(-1)).toMatchObject({ sequence: 10 });
  });

  test("end waits for all lines, can be repeated, and is heard by an agent that comes back", async () => {
    const taskId = newTask();
    const { agent, welcome } = await TestClient.agent(url, taskId, "run");
    const end = { type: "end", lastSequence: 20, state: "FAILED", endedAtUs: 5, exitCode: 3 } as const;
    agent.sendChunk(makeFrame(1, 10));
    agent.send(end);
    expect(await agent.waitFor("resume")).toMatchObject({ next: 11 });
    agent.sendChunk(makeFrame(11, 10));
    agent.send(end);
    await agent.waitFor("ended");
    const again = (await TestClient.agent(url, taskId, "run", welcome.claim)).agent;
    again.sendChunk(makeFrame(11, 10));
    again.send(end);
    await again.waitFor("ended");
    again.sendChunk(makeFrame(21, 1));
    expect(await again.waitForClose()).toEqual({ code: 4410, reason: "ATTEMPT_ENDED" });
  });
});

describe("what is refused", () => {
  const good = openFrame(makeFrame(1, 10));
  const flipped = makeFrame(1, 10);
  flipped[flipped.length >> 1]! ^= 1;
  const large = (sequence: number) => `${sequence}`.padEnd(300_000, "z");
  const cases: [string, () => Uint8Array | string, { code: number; reason: string }][] = [
    ["a flipped bit", () => chunk(flipped), { code: 4422, reason: "CHUNK_INVALID" }],
    [
      "wrong counts",
      () =>
        chunk(
          encodeFrame({ ...good.header, counts: [10, ...good.header.counts.slice(1).fill(0)] }, good.body),
        ),
      { code: 4422, reason: "CHUNK_INVALID" },
    ],
    [
      "a bomb",
      () => chunk(encodeFrame(good.header, Bun.zstdCompressSync(new Uint8Array(1 << 26)))),
      { code: 4422, reason: "CHUNK_INVALID" },
    ],
    [
      "too much text",
      () => chunk(makeFrame(1, 5, { text: large })),
      { code: 4413, reason: "CHUNK_TOO_LARGE" },
    ],
    ["noise", () => new Uint8Array([193, 7, 7]), { code: 4400, reason: "INVALID_MESSAGE_FORMAT" }],
    ["text", () => "{}", { code: 4400, reason: "INVALID_MESSAGE_FORMAT" }],
    [
      "a second hello",
      () => encodeMessage(makeHello("run")),
      { code: 4400, reason: "INVALID_MESSAGE_FORMAT" },
    ],
    [
      "a viewer's message",
      () => encodeMessage({ type: "ack", bytes: 1 }),
      { code: 4400, reason: "INVALID_MESSAGE_FORMAT" },
    ],
    ["a message past the limit", () => new Uint8Array(2_000_000), { code: 1009, reason: "" }],
  ];
  for (const [what, message, close] of cases)
    test(`${what} ends the connection, and disturbs nobody else`, async () => {
      const bystanderTask = newTask();
      const { agent: bystander } = await TestClient.agent(url, bystanderTask, "bystander");
      const taskId = newTask();
      const { agent } = await TestClient.agent(url, taskId, "run");
      bystander.sendChunk(makeFrame(1, 10));
      agent.socket.send(message());
      bystander.sendChunk(makeFrame(11, 10));
      const closed = await agent.waitForClose();
      if (close.code !== 1009) expect(closed).toEqual(close);
      if (close.code !== 1009) expect(agent.all("error").map(({ code }) => code)).toEqual([close.reason]);
      await bystander.waitFor("ack", ({ sequence }) => sequence === 20);
      expect(await head(taskId)).toBe(0);
    });

  test("more than twice the window", async () => {
    const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(30_000))).toString("base64");
    const { agent } = await TestClient.agent(url, newTask(), "run");
    const frames = Array.from({ length: 20 }, (_, index) => makeFrame(index + 1, 1, { text: noise }));
    for (const frame of frames) agent.sendChunk(frame);
    expect(await agent.waitForClose()).toEqual({ code: 4429, reason: "WINDOW_EXCEEDED" });
  });

  test("lines before hello, another protocol, and silence", async () => {
    const early = await TestClient.open(url, `/ws/tasks/${newTask()}`);
    early.sendChunk(makeFrame(1, 1));
    expect((await early.waitForClose()).code).toBe(4400);
    const newer = await TestClient.open(url, `/ws/tasks/${newTask()}`);
    newer.send({ ...makeHello("run"), protocol: 99 });
    expect((await newer.waitForClose()).code).toBe(4426);
    const hasty = await startTestServer({ tuning: { helloTimeoutMs: 40 } });
    const silent = await TestClient.open(hasty.url, "/ws/tasks/silent");
    expect(await silent.waitForClose()).toEqual({ code: 4408, reason: "HELLO_TIMEOUT" });
  });

  test("a page of another origin, and an id that is none", async () => {
    const headers = { upgrade: "websocket", connection: "upgrade", "sec-websocket-version": "13" };
    const key = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
    const cross = await fetch(`${url}/ws/tasks/x`, {
      headers: { ...headers, ...key, origin: "http://evil.example" },
    });
    expect(cross.status).toBe(403);
    expect((await fetch(`${url}/ws/tasks/a%20b`, { headers: { ...headers, ...key } })).status).toBe(400);
    expect((await fetch(`${url}/ws/tasks/x`)).status).toBe(400);
  });
});

describe("two agents", () => {
  test("the older claimant is told, cut off, and refused when it comes back", async () => {
    const taskId = newTask();
    const older = await TestClient.agent(url, taskId, "run");
    older.agent.sendChunk(makeFrame(1, 10));
    await older.agent.waitFor("ack");
    const newer = await TestClient.agent(url, taskId, "run");
    expect(newer.welcome).toMatchObject({ attempt: 1, claim: 2, head: 10 });
    expect(await older.agent.waitForClose()).toEqual({ code: 4409, reason: "SUPERSEDED" });
    const back = await TestClient.open(url, `/ws/tasks/${taskId}`);
    back.send(makeHello("run", older.welcome.claim));
    expect(await back.waitForClose()).toEqual({ code: 4409, reason: "SUPERSEDED" });
    newer.agent.sendChunk(makeFrame(11, 10));
    await newer.agent.waitFor("ack", ({ sequence }) => sequence === 20);
  });

  test("another run of the task is its second attempt", async () => {
    const taskId = newTask();
    const first = await TestClient.agent(url, taskId, "one");
    const second = await TestClient.agent(url, taskId, "two");
    expect([first.welcome.attempt, second.welcome.attempt]).toEqual([1, 2]);
    first.agent.sendChunk(makeFrame(1, 3));
    second.agent.sendChunk(makeFrame(1, 7));
    await Promise.all([first.agent.waitFor("ack"), second.agent.waitFor("ack")]);
    expect([await head(taskId, 1), await head(taskId, 2)]).toEqual([3, 7]);
  });
});

function chunk(frame: Uint8Array): Uint8Array {
  return encodeMessage({ type: "chunk", chunk: frame as Uint8Array<ArrayBuffer> });
}
