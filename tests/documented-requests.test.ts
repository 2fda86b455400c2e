import { expect } from "bun:test";
import { startGuardedServer } from "./harness/guarded-server.ts";
import { test } from "./harness/process-test.ts";
import { openStage } from "./harness/stage.ts";
import { TaskApi } from "./harness/task-api.ts";

interface Page {
  readonly content: readonly { readonly timestamp: string; readonly message: string }[];
}

async function pageOf(api: TaskApi, query = ""): Promise<Page> {
  return (await api.ask("GET", `/logs${query}`)).json() as Promise<Page>;
}

test("times come in every documented zone and in none, and go out in UTC", async () => {
  await using stage = await openStage();
  const api = new TaskApi(() => stage.server.url, "times");
  const spellings = [
    ["2024-01-01T10:00:00.001Z", "2024-01-01T10:00:00.001Z"],
    ["2024-01-01T19:00:01+09:00", "2024-01-01T10:00:01.000Z"],
    ["2024-01-01T10:00:02", "2024-01-01T10:00:02.000Z"],
    ["2024-01-01T10:00:03.123456", "2024-01-01T10:00:03.123Z"],
  ] as const;
  for (const [timestamp] of spellings) {
    const answer = await api.ask("POST", "/logs", { level: "INFO", message: timestamp, timestamp });
    expect(answer.status).toBe(201);
  }
  const { content } = await pageOf(api);
  expect(content.map(({ message, timestamp }) => [message, timestamp])).toEqual(
    spellings.map(([said, shown]) => [said, shown]),
  );
  // A `+` in a query is a blank by the rules of forms; nobody who writes an offset means one.
  for (const from of ["2024-01-01T10:00:02", "2024-01-01T19:00:02+09:00", "2024-01-01T19:00:02%2B09:00"])
    expect((await pageOf(api, `?from=${from}`)).content).toEqual(content.slice(2));
});

test("a list is one page of lines, oldest first, by either name of its bounds", async () => {
  await using stage = await openStage();
  const api = new TaskApi(() => stage.server.url, "listed");
  const logs = Array.from({ length: 101 }, (_, index) => ({
    level: "INFO",
    message: `${index}`,
    timestamp: `2024-01-01T10:${String(index % 60).padStart(2, "0")}:00Z`,
  }));
  logs.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  expect((await api.ask("POST", "/logs", logs)).status).toBe(201);
  const messages = logs.map(({ message }) => message);
  const first = await pageOf(api);
  expect(first).toMatchObject({ totalElements: 101, totalPages: 2, size: 100, number: 0 });
  expect(Object.keys(first).sort()).toEqual(["content", "number", "size", "totalElements", "totalPages"]);
  expect(first.content.map(({ message }) => message)).toEqual(messages.slice(0, 100));
  const newest = await pageOf(api, "?order=desc&size=2");
  expect(newest.content.map(({ message }) => message)).toEqual(messages.slice(-2).reverse());
  const range = (from: string, to: string) =>
    pageOf(api, `?${from}=2024-01-01T10:10:00Z&${to}=2024-01-01T10:20:00Z`);
  expect(await range("startTime", "endTime")).toEqual(await range("from", "to"));
});

test("a deletion says how many lines it took, and takes none where the moment is none", async () => {
  await using stage = await openStage();
  const api = new TaskApi(() => stage.server.url, "deleted");
  const line = (second: number) => ({
    level: "INFO",
    message: "m",
    timestamp: `2024-01-01T10:00:0${second}Z`,
  });
  await api.ask("POST", "/logs", [1, 2, 3].map(line));
  expect((await api.ask("DELETE", "/logs?before=yesterday")).status).toBe(400);
  const some = await api.ask("DELETE", "/logs?before=2024-01-01T10:00:02Z");
  expect([some.status, await some.json()]).toEqual([200, { deletedCount: 2, message: expect.any(String) }]);
  expect((await pageOf(api)).content).toMatchObject([{ timestamp: "2024-01-01T10:00:03.000Z" }]);
  expect(await (await api.ask("DELETE", "/logs")).json()).toMatchObject({ deletedCount: 1 });
});

test("a status comes in every documented word, by PUT and by PATCH, and goes out in one", async () => {
  await using stage = await openStage();
  const running = ["PROCESSING", "IN_PROGRESS", "RUNNING", "running", "processing"];
  const ends = { COMPLETED: "completed", FAILED: "failed", CANCELLED: "CANCELED" };
  const make = async (id: string) => {
    const api = new TaskApi(() => stage.server.url, id);
    const body = JSON.stringify({ id });
    expect((await fetch(`${stage.server.url}/api/v1/tasks`, { method: "POST", body })).status).toBe(201);
    return (method: string, status: string) => api.ask(method, "/status", { status });
  };
  for (const method of ["PUT", "PATCH"]) {
    for (const word of running) {
      const set = await make(`${method}-${word}`);
      expect(await (await set(method, "QUEUED")).json()).toMatchObject({ status: "PENDING" });
      expect(await (await set(method, word)).json()).toMatchObject({ status: "PROCESSING" });
    }
    for (const [status, word] of Object.entries(ends)) {
      const set = await make(`${method}-${word}`);
      await set(method, "PROCESSING");
      expect(await (await set(method, word)).json()).toMatchObject({ status });
    }
  }
  for (const word of running) {
    const answer = await fetch(`${stage.server.url}/api/v1/tasks?status=${word}`);
    expect(await answer.json()).toHaveLength(2 * running.length);
  }
});

test("who submits faster than the allowance waits, or is told when to come back, and nothing is dropped", async () => {
  await using server = await startGuardedServer({ env: { KERUTA_RATE_LIMIT_LOGS: "1200" } });
  const headers = { authorization: `Bearer ${await server.token("admin")}` };
  const url = `${server.url}/api/v1/tasks/paced/logs`;
  const messagesOf = (batch: number) => Array.from({ length: 100 }, (_, index) => `${batch}.${index}`);
  const submit = async (batch: number) => {
    const body = JSON.stringify(messagesOf(batch).map((message) => ({ level: "INFO", message })));
    return { batch, answer: await fetch(url, { method: "POST", headers, body }) };
  };
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(submit));
  const taken = answers.filter(({ answer }) => answer.status === 201).map(({ batch }) => batch);
  const refused = answers.filter(({ answer }) => answer.status !== 201).map(({ answer }) => answer);
  // Two batches are a burst of ten seconds, and one more may run up a debt; the rest would wait for too long.
  expect(taken.length).toBeGreaterThanOrEqual(2);
  expect(refused.length).toBeGreaterThanOrEqual(1);
  for (const answer of refused) {
    expect([answer.status, Number(answer.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect(await answer.json()).toMatchObject({ error: { code: "RATE_LIMIT_EXCEEDED" } });
  }
  const { content } = (await (await fetch(`${url}?size=10000`, { headers })).json()) as Page;
  const batches = new Set(content.map(({ message }) => Number(message.split(".")[0])));
  expect([...batches].sort()).toEqual(taken);
  expect(content.map(({ message }) => message)).toEqual([...batches].flatMap(messagesOf));
});

test("the panel asks the server it came from, whatever BACKEND_URL says", async () => {
  const elsewhere = { BACKEND_URL: "http://127.0.0.1:3001/api", API_URL: "http://127.0.0.1:3002/api" };
  await using stage = await openStage(elsewhere);
  const headers = { accept: "text/html" };
  for (const path of ["/", "/tasks/any", "/admin", "/welcome"]) {
    const page = await fetch(stage.server.url + path, { headers });
    expect([path, page.headers.get("content-security-policy")]).toEqual([
      path,
      expect.stringContaining("connect-src 'self'"),
    ]);
    expect(await page.text()).not.toMatch(/300[12]/);
  }
  expect(stage.server.program.stderr()).not.toContain("BACKEND_URL");
});
