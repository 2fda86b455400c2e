import { describe, expect, test } from "bun:test";
import { SignJWT } from "jose";
import { JsonClient } from "../testing/json-client.ts";
import { lineText, makeFrame } from "../testing/make-frame.ts";
import { TestClient } from "../testing/test-client.ts";
import { startTestServer } from "../testing/test-server.ts";

const { url } = await startTestServer();
let tasks = 0;
const newTask = () => `task-${++tasks}`;
const open = (taskId: string) => JsonClient.open(url, `/ws/tasks/${taskId}`);

async function viewer(taskId: string, options: object = {}): Promise<JsonClient> {
  const client = await open(taskId);
  client.send({ type: "subscribe", taskId, options });
  await client.waitFor("subscribed");
  return client;
}

/** An attempt with `count` lines, 10 a chunk, by a native agent. */
async function streamed(taskId: string, count: number, options: Parameters<typeof makeFrame>[2] = {}) {
  const { agent } = await TestClient.agent(url, taskId, `${taskId}-run`);
  for (let first = 1; first <= count; first += 10)
    agent.sendChunk(makeFrame(first, Math.min(10, count - first + 1), options));
  if (count > 0) await agent.waitFor("ack", ({ sequence }) => sequence === count);
  return agent;
}

function lines(first: number, last: number, attempt = 1): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    return `${attempt}-${first + index} ${lineText(first + index)}`;
  });
}

function end(lastSequence: number) {
  return { type: "end", lastSequence, state: "FAILED", endedAtUs: 5, exitCode: 3 } as const;
}

describe("a viewer", () => {
  test("from now on, from a line, of the last lines, of all, once: each line once and in order", async () => {
    const taskId = newTask();
    const agent = await streamed(taskId, 100);
    const [live, resumed, tail, history] = await Promise.all([
      viewer(taskId),
      viewer(taskId, { attempt: 1, afterSequence: 42 }),
      viewer(taskId, { tail: 5 }),
      viewer(taskId, { realtime: false }),
    ]);
    const last = await viewer(taskId, { realtime: false, tail: 3 });
    expect(live.all("subscribed")[0]).toMatchObject({ taskId, attempt: 1, head: 100, replayed: 0 });
    expect(resumed.all("subscribed")[0]).toMatchObject({ fromSequence: 43, replayed: 58 });
    await history.lineCount(100);
    agent.sendChunk(makeFrame(101, 10));
    expect(await live.lineCount(10)).toEqual(lines(101, 110));
    expect(await resumed.lineCount(68)).toEqual(lines(43, 110));
    expect(await tail.lineCount(15)).toEqual(lines(96, 110));
    for (const client of [history, last]) await client.settled();
    expect(history.lines()).toEqual(lines(1, 100));
    expect(last.lines()).toEqual(lines(98, 100));
  });

  test("gets the matching lines and no others", async () => {
    const taskId = newTask();
    const agent = await streamed(taskId, 0);
    const live = await viewer(taskId, { levels: ["error", "WARNING"], sources: ["stderr"] });
    const kinds = [
      { level: 3, source: 1 },
      { level: 3, source: 0 },
      { level: 2, source: 1 },
      { level: 1, source: 1 },
    ];
    for (const [index, kind] of kinds.entries()) agent.sendChunk(makeFrame(index * 10 + 1, 10, kind));
    expect(await live.lineCount(20)).toEqual([...lines(1, 10), ...lines(21, 30)]);
    const errors = await viewer(taskId, { levels: ["ERROR"], realtime: false });
    expect(await errors.lineCount(20)).toEqual(lines(1, 20));
    expect(errors.all("log")[0]).toMatchObject({ level: "ERROR", source: "stderr" });
    expect(errors.all("subscribed")[0]).not.toHaveProperty("replayed");
    const none = await viewer(taskId, { levels: [], realtime: false });
    await none.settled();
    expect(none.lines()).toEqual([]);
  });

  test("goes on with the next attempt, from its first line, when the one before has been read", async () => {
    const taskId = newTask();
    const early = await viewer(taskId);
    const first = await streamed(taskId, 20);
    first.send(end(20));
    await first.waitFor("ended");
    const resumed = await viewer(taskId, { attempt: 1, afterSequence: 15 });
    const { agent } = await TestClient.agent(url, taskId, "second-run");
    agent.sendChunk(makeFrame(1, 10));
    const both = [...lines(1, 20), ...lines(1, 10, 2)];
    expect(await early.lineCount(30)).toEqual(both);
    expect(await resumed.lineCount(15)).toEqual(both.slice(15));
    // The position is of an attempt with more lines than this one has: none of these is known.
    const stranger = await viewer(taskId, { afterSequence: 20 });
    expect(await stranger.lineCount(10)).toEqual(lines(1, 10, 2));
  });

  test("is told of status, ends and unfinished lines where it asks for them, and of nothing else where not", async () => {
    const taskId = newTask();
    const asking = await viewer(taskId, { events: ["status", "end", "partial"] });
    const plain = await viewer(taskId);
    const agent = await streamed(taskId, 10);
    agent.send({ type: "partial", source: "stdout", text: "50 %" });
    await asking.waitFor("partial", ({ message }) => message === "50 %");
    agent.send(end(10));
    const ended = await asking.waitFor("end");
    expect(ended).toMatchObject({ taskId, status: "FAILED", exitCode: 3, lastSequence: 10, attempt: 1 });
    expect(asking.all("status").map(({ status }) => status)).toEqual(["PROCESSING", "FAILED"]);
    await plain.settled();
    expect([...new Set(plain.messages.map(({ type }) => type))].sort()).toEqual([
      "log",
      "pong",
      "subscribed",
    ]);
  });

  test("that says nothing is subscribed; one that asks late gets no line twice and misses none", async () => {
    const taskId = newTask();
    const agent = await streamed(taskId, 10);
    const silent = await open(taskId);
    const late = await open(taskId);
    const lateForMore = await open(taskId);
    // Whoever came before this one has a place by now.
    await viewer(taskId);
    agent.sendChunk(makeFrame(11, 10));
    await agent.waitFor("ack", ({ sequence }) => sequence === 20);
    late.send({ type: "subscribe", taskId, options: { realtime: true } });
    lateForMore.send({ type: "subscribe", options: { tail: 12 } });
    expect(await late.lineCount(10)).toEqual(lines(11, 20));
    expect(await lateForMore.lineCount(12)).toEqual(lines(9, 20));
    expect(await silent.lineCount(10)).toEqual(lines(11, 20));
    expect(silent.all("subscribed")).toEqual([]);
    silent.send({ type: "unsubscribe", taskId });
    await silent.waitFor("unsubscribed");
    agent.sendChunk(makeFrame(21, 10));
    expect(await late.lineCount(20)).toEqual(lines(11, 30));
    await silent.settled();
    expect(silent.lines()).toEqual(lines(11, 20));
  });

  test("asks for what is not there, wrongly, or for too much: it is told, and the connection lives on", async () => {
    const taskId = newTask();
    const client = await open(taskId);
    client.send({ type: "subscribe", options: { attempt: 9 } });
    await client.waitFor(
      "error",
      ({ code, taskId: about }) => code === "ATTEMPT_NOT_FOUND" && about === taskId,
    );
    client.send({ type: "subscribe", options: { levels: ["LOUD"], tail: -1 } });
    const { message } = await client.waitFor("error", ({ code }) => code === "INVALID_MESSAGE_FORMAT");
    expect(message).toContain("options.levels[0]");
    expect(message).toContain("options.tail");
    client.send({ type: "subscribe", taskId: "another" });
    await client.until(() => client.all("error").length === 3);
    client.send({ type: "subscribe", unknown: 1, options: { unknown: 2 } });
    await client.waitFor("subscribed");
  });

  test("survives the deletion of lines under it, and is told of its task's", async () => {
    const taskId = newTask();
    await streamed(taskId, 100);
    const client = await viewer(taskId, { tail: 1 });
    expect((await fetch(`${url}/api/v1/tasks/${taskId}/logs`, { method: "DELETE" })).status).toBe(200);
    await fetch(`${url}/api/v1/tasks/${taskId}/logs`, {
      method: "POST",
      body: JSON.stringify({ level: "INFO", message: "after" }),
    });
    expect((await client.lineCount(2)).at(-1)).toBe("1-101 after");
    const all = await viewer(taskId, { realtime: false });
    expect(all.all("subscribed")[0]).toMatchObject({ fromSequence: 101, replayed: 1 });
    expect(await all.lineCount(1)).toEqual(["1-101 after"]);
    await fetch(`${url}/api/v1/tasks/${taskId}`, { method: "DELETE" });
    await client.waitFor("error", ({ code }) => code === "TASK_NOT_FOUND");
    await client.settled();
  });

  test("sees lines that come after the end, and an attempt that goes on, as a native one does", async () => {
    const taskId = newTask();
    const agent = await streamed(taskId, 10);
    const json = await viewer(taskId, { realtime: true, afterSequence: 0, attempt: 1, events: ["end"] });
    const native = await TestClient.open(url, `/ws/tasks/${taskId}`);
    native.send({ type: "subscribe", protocol: 1 });
    agent.send(end(10));
    await json.waitFor("end");
    await native.waitFor("end");
    const body = JSON.stringify({ level: "INFO", message: "late" });
    await fetch(`${url}/api/v1/tasks/${taskId}/logs`, { method: "POST", body });
    await native.until(() => native.lines().length === 11);
    expect((await json.lineCount(11)).at(-1)).toBe("1-11 late");
    await json.until(() => json.all("end").length === 2);
    await native.until(() => native.all("end").length === 2);
    expect(native.all("end").map(({ summary }) => summary.head)).toEqual([10, 11]);
  });
});

describe("a producer", () => {
  test("in every documented shape; what it sends comes out in one, in order, and it gets none of it back", async () => {
    const taskId = newTask();
    const watching = await viewer(taskId);
    const producer = await open(taskId);
    const silent = await open(taskId);
    const time = { timestamp: "2024-01-02T03:04:05.678Z" };
    producer.send({
      type: "log",
      taskId,
      ...time,
      source: "stdout",
      level: "INFO",
      message: "flat",
      lineNumber: 4,
    });
    producer.send({
      taskId,
      ...time,
      source: "stderr",
      level: "WARNING",
      message: "typeless",
      metadata: { a: 1 },
    });
    producer.send({ type: "log", taskId, log: { level: "trace", message: "under log" } });
    producer.send({
      type: "task_log",
      taskId,
      data: { level: "FATAL", message: "under data" },
      unknown: true,
    });
    await watching.lineCount(4);
    expect(watching.all("log")).toMatchObject([
      { id: "1-1", taskId, ...time, source: "stdout", level: "INFO", message: "flat", sequence: 1 },
      { source: "stderr", level: "WARN", metadata: { originalLevel: "WARNING", a: 1, attempt: 1 } },
      { source: "agent", level: "DEBUG", message: "under log" },
      { level: "ERROR", message: "under data", sequence: 4 },
    ]);
    // By now whoever connected as early and said nothing is subscribed.
    await silent.lineCount(4);
    await producer.settled();
    expect(producer.messages.map(({ type }) => type)).toEqual(["pong"]);
  });

  test("of many lines at once: all are stored, in order", async () => {
    const taskId = newTask();
    const watching = await viewer(taskId);
    const producer = await open(taskId);
    for (let line = 1; line <= 20_000; line++)
      producer.send({ type: "log", level: "INFO", message: `${line}` });
    producer.close();
    const all = await watching.lineCount(20_000);
    expect(all).toEqual(Array.from({ length: 20_000 }, (_, index) => `1-${index + 1} ${index + 1}`));
  });

  test("of batches is told what is durable, and what it sends twice is stored once", async () => {
    const taskId = newTask();
    const producer = await open(taskId);
    const batch = (firstSeq: number, count: number) => ({
      type: "logs",
      runId: "run",
      firstSeq,
      logs: Array.from({ length: count }, (_, index) => ({ level: "INFO", message: `m${firstSeq + index}` })),
    });
    producer.send(batch(1, 10));
    producer.send(batch(6, 10));
    producer.send(batch(30, 1));
    await producer.until(() => producer.all("ack").length === 2 && producer.all("error").length === 1);
    expect(producer.all("ack")).toMatchObject([
      { taskId, runId: "run", lastSeq: 10, accepted: 10, duplicates: 0, firstSequence: 1, lastSequence: 10 },
      { lastSeq: 15, accepted: 5, duplicates: 5, firstSequence: 11, lastSequence: 15 },
    ]);
    expect(producer.all("error")[0]).toMatchObject({ code: "SEQUENCE_GAP", firstSeq: 30, retryable: true });
    const stored = await viewer(taskId, { realtime: false });
    expect((await stored.lineCount(15)).at(-1)).toBe("1-15 m15");
  });

  test("says something wrong: it is told what, nothing of that is stored, and the rest is", async () => {
    const taskId = newTask();
    const producer = await open(taskId);
    const wrong: (string | object)[] = [
      "not JSON",
      "[]",
      "7",
      { type: "dance" },
      { type: 7 },
      {},
      { type: "log", level: "INFO" },
      { type: "log", level: "LOUD", message: "a" },
      { type: "log", taskId: "another", level: "INFO", message: "a" },
      { type: "log", level: "INFO", message: "x".repeat(300_000) },
      { type: "logs", logs: [] },
      { type: "logs", logs: [{ level: "INFO", message: "good" }, { message: "without a level" }] },
      { type: "logs", runId: "r", logs: [{ level: "INFO", message: "unnumbered" }] },
      { type: "status", status: "DANCING" },
      { type: "input" },
    ];
    for (const message of wrong) producer.send(message);
    producer.socket.send(new Uint8Array([1, 2, 3]));
    producer.send({ type: "log", level: "INFO", message: "right" });
    await producer.until(() => producer.all("error").length === wrong.length + 1);
    const codes = new Set(producer.all("error").map(({ code }) => code));
    expect([...codes].sort()).toEqual(["INVALID_LOG_FORMAT", "INVALID_MESSAGE_FORMAT", "PAYLOAD_TOO_LARGE"]);
    expect(producer.all("error")[11]!["message"]).toContain("logs[1].level");
    await producer.settled();
    const stored = await viewer(taskId, { afterSequence: 0 });
    expect(await stored.lineCount(1)).toEqual(["1-1 right"]);
  });

  test("names the task in each message where the address names none", async () => {
    const [one, two] = [newTask(), newTask()];
    for (const path of ["/ws/tasks", "/ws/agent", "/ws/agents/a7/logs"]) {
      const producer = await JsonClient.open(url, path);
      producer.send({ taskId: one, source: "stdout", level: "INFO", message: "to one" });
      producer.send({ type: "logs", taskId: two, logs: [{ level: "INFO", message: "to two" }] });
      await producer.waitFor("ack", ({ taskId }) => taskId === two);
      producer.send({ level: "INFO", message: "to nobody" });
      await producer.waitFor("error", ({ code }) => code === "INVALID_MESSAGE_FORMAT");
    }
    expect(await (await viewer(one, { afterSequence: 0 })).lineCount(3)).toEqual([
      "1-1 to one",
      "1-2 to one",
      "1-3 to one",
    ]);
  });
});

describe("an agent in JSON", () => {
  test("says how its task stands behind its lines, and gets what is written to its script", async () => {
    const taskId = newTask();
    const agent = await open(taskId);
    agent.send({ type: "status", status: "PROCESSING" });
    await agent.waitFor("error", ({ code }) => code === "TASK_NOT_FOUND");
    const created = { method: "POST", body: JSON.stringify({ id: taskId, name: "asks" }) };
    expect((await fetch(`${url}/api/v1/tasks`, created)).status).toBe(201);
    const person = await viewer(taskId, { events: ["status"] });
    agent.send({ type: "status", taskId, status: "IN_PROGRESS", message: "begun" });
    await agent.waitFor("status", ({ status }) => status === "PROCESSING");
    agent.send({ type: "log", taskId, level: "INFO", message: "name?" });
    agent.send({ type: "status", taskId, status: "WAITING_FOR_INPUT" });
    await person.waitFor("status", ({ status }) => status === "WAITING_FOR_INPUT");
    person.send({ type: "input", taskId, input: "Ada" });
    expect(await agent.waitFor("input")).toMatchObject({ taskId, input: "Ada\n", eof: false });
    agent.send({ type: "log", taskId, level: "INFO", message: "bye" });
    agent.send({ type: "status", taskId, status: "COMPLETED" });
    await person.waitFor("status", ({ status }) => status === "COMPLETED");
    expect(person.lines().at(-1)).toEndWith(" bye");
    person.send({ type: "input", taskId, input: "too late" });
    await person.waitFor("error", ({ code }) => code === "TASK_ALREADY_COMPLETED");
    expect(agent.all("input").length).toBe(1);
  });
});

describe("where it matters who somebody is", () => {
  const secret = "a secret of more than thirty-two bytes";
  const auth = {
    jwtSecret: secret,
    users: [],
    rolesClaim: "roles",
    accessTokenLifetimeMs: 60_000,
    refreshTokenLifetimeMs: 60_000,
    anonymousViewers: false,
    queryToken: false,
  };
  const tokenOf = (role: string, tasks?: string[]) =>
    new SignJWT({ sub: `a ${role}`, roles: [role], tasks, exp: Math.floor(Date.now() / 1_000) + 60 })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(secret));

  test("an auth message says it; before it nothing is done, and a wrong one changes nothing", async () => {
    const guarded = await startTestServer({ auth });
    const client = await JsonClient.open(guarded.url, "/ws/tasks/guarded");
    client.send({ type: "subscribe" });
    client.send({ type: "auth", token: "nonsense" });
    client.send({ type: "log", level: "INFO", message: "nobody's" });
    await client.until(() => client.all("error").length === 3);
    expect(client.all("error").map(({ code }) => code)).toEqual(Array(3).fill("UNAUTHORIZED"));
    client.send({ type: "auth", token: await tokenOf("viewer") });
    client.send({ type: "log", level: "INFO", message: "a viewer's" });
    expect(await client.waitFor("authenticated")).toMatchObject({ name: "a viewer", role: "viewer" });
    await client.waitFor("error", ({ code }) => code === "FORBIDDEN");

    const agent = await JsonClient.open(guarded.url, "/ws/tasks");
    agent.send({ type: "auth", token: await tokenOf("agent", ["guarded"]) });
    agent.send({ type: "log", taskId: "guarded", level: "INFO", message: "the agent's" });
    agent.send({ type: "log", taskId: "another", level: "INFO", message: "not its task" });
    await agent.waitFor("error", ({ code }) => code === "FORBIDDEN");
    expect(await client.lineCount(1)).toEqual(["1-1 the agent's"]);
  });

  test("whoever does not say it in time is told and let go", async () => {
    const hasty = await startTestServer({ auth, tuning: { helloTimeoutMs: 100 } });
    const client = await JsonClient.open(hasty.url, "/ws/tasks/guarded");
    expect(await client.waitForClose()).toEqual({ code: 4401, reason: "UNAUTHORIZED" });
    expect(client.all("error")).toMatchObject([{ code: "UNAUTHORIZED" }]);
  });
});
