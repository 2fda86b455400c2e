import { describe, expect, test } from "bun:test";
import { startTestServer } from "../../testing/test-server.ts";

const { url } = await startTestServer();

async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : JSON.parse(text) };
}

describe("a task", () => {
  test("is created with what is said of it, in either spelling", async () => {
    const { status, headers, body } = await ask("POST", "/tasks", {
      title: "Nightly",
      parentId: "above",
      description: "what it does",
      priority: 5,
      queueId: "q",
      parameters: { env: { A: "1" } },
      metadata: { team: "x" },
      script: "echo hi",
    });
    expect([status, headers.get("location")]).toEqual([201, `/api/v1/tasks/${body.id}`]);
    expect(body).toMatchObject({
      name: "Nightly",
      title: "Nightly",
      parentTaskId: "above",
      parentId: "above",
      status: "PENDING",
      createdBy: "anonymous",
      attempts: 0,
      script: "echo hi",
      priority: 5,
    });
    expect(await ask("GET", `/tasks/${body.id}`)).toMatchObject({ status: 200, body });
    const changed = await ask("PATCH", `/tasks/${body.id}`, { name: "Daily", priority: null });
    expect(changed.body).toMatchObject({ title: "Daily", description: "what it does" });
    expect(changed.body.priority).toBeUndefined();
  });

  test("goes by its own id, once", async () => {
    expect((await ask("POST", "/tasks", { id: "mine" })).body).toMatchObject({ id: "mine", name: "mine" });
    expect((await ask("POST", "/tasks", { id: "mine" })).body.error.code).toBe("TASK_ALREADY_EXISTS");
    expect((await ask("DELETE", "/tasks/mine")).status).toBe(204);
    expect((await ask("GET", "/tasks/mine")).status).toBe(404);
  });

  test("that is not as it should be names the fields", async () => {
    for (const [body, fields] of [
      [{ id: "a b" }, ["id"]],
      [{ priority: 1.5, name: 7 }, ["name", "priority"]],
      [{ script: 5 }, ["script"]],
      [{ metadata: { a: "x".repeat(70_000) } }, ["metadata"]],
      [[], ["body"]],
    ] as const) {
      const answer = await ask("POST", "/tasks", body);
      expect([answer.status, answer.body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
      expect(Object.keys(answer.body.error.details.fields).sort()).toEqual([...fields]);
    }
  });
});

describe("a list of tasks", () => {
  test("is filtered by status in every spelling, searched, and comes in pages", async () => {
    for (let i = 0; i < 25; i++) await ask("POST", "/tasks", { id: `list-${i}`, name: `Build number ${i}` });
    for (const i of [3, 4]) await ask("POST", `/tasks/list-${i}/start`);
    const ids = async (query: string) => {
      const { headers, body } = await ask("GET", `/tasks?q=list-&${query}`);
      return [Number(headers.get("x-total-count")), body.map(({ id }: { id: string }) => id)];
    };
    const names = (from: number, to: number) =>
      Array.from({ length: from - to + 1 }, (_, i) => `list-${from - i}`);
    for (const status of ["PROCESSING", "processing", "IN_PROGRESS", "running"])
      expect(await ids(`status=${status}`)).toEqual([2, ["list-4", "list-3"]]);
    expect(await ids("limit=3")).toEqual([25, names(24, 22)]);
    expect(await ids("limit=3&before=list-22")).toEqual([25, names(21, 19)]);
    expect(await ids("page=2&size=10")).toEqual([25, names(4, 0)]);
    expect(await ids("page=3&size=10")).toEqual([25, []]);
    const found = await ask("GET", "/tasks?search=number%2024");
    expect(found.body).toHaveLength(1);
    expect(found.body[0].script).toBeUndefined();
  });
});

describe("a script", () => {
  test("is answered in both documented shapes", async () => {
    await ask("POST", "/tasks", { id: "scripted" });
    expect((await ask("GET", "/tasks/scripted/script")).body.error.code).toBe("RESOURCE_NOT_FOUND");
    const put = await ask("PUT", "/tasks/scripted/script", {
      installScript: "install",
      executeScript: "print(1)",
      language: "python",
      parameters: { timeout: 5, env: { TASK_ID: "scripted", N: 1 } },
    });
    const got = await ask("GET", "/tasks/scripted/script");
    expect(got.body).toEqual(put.body);
    expect(got.body).toMatchObject({
      success: true,
      taskId: "scripted",
      script: {
        content: "print(1)",
        language: "python",
        filename: "script.py",
        installScript: "install",
        executeScript: "print(1)",
        parameters: { timeout: 5 },
      },
      environment: { TASK_ID: "scripted", N: "1" },
    });
    expect((await ask("PUT", "/tasks/scripted/script", { filename: "../x", content: "y" })).status).toBe(400);
  });
});

describe("input", () => {
  test("waits to be taken, once each, in order, with the newline that scripts read by", async () => {
    await ask("POST", "/tasks", { id: "asks" });
    await ask("POST", "/tasks/asks/start");
    expect((await ask("GET", "/tasks/asks/input")).status).toBe(204);
    await ask("POST", "/tasks/asks/input", { input: "first" });
    await ask("POST", "/tasks/asks/input", { input: "raw", raw: true });
    await ask("POST", "/tasks/asks/input", { input: "", eof: true });
    expect((await fetch(`${url}/api/v1/tasks/asks/input`, { method: "HEAD" })).status).toBe(204);
    const taken = [];
    for (let i = 0; i < 4; i++) taken.push((await ask("GET", "/tasks/asks/input")).body);
    expect(taken).toEqual([
      { id: 1, taskId: "asks", input: "first\n", eof: false },
      { id: 2, taskId: "asks", input: "raw", eof: false },
      { id: 3, taskId: "asks", input: "", eof: true },
      undefined,
    ]);
  });
});

describe("addresses", () => {
  test("are the same in every documented spelling", async () => {
    await ask("POST", "/tasks", { id: "known" });
    await fetch(`${url}/tasks/known/log`, { method: "POST", body: '{"level":"INFO","message":"m"}' });
    for (const path of ["/api/v1", "/api", "", "/api/v1/api/v1"]) {
      const answer = await fetch(`${url}${path}/tasks/known/log`);
      expect([path, await answer.json()]).toEqual([path, expect.objectContaining({ totalElements: 1 })]);
    }
    const status = await fetch(`${url}/api/tasks/known/status`, {
      method: "PATCH",
      body: '{"status":"RUNNING"}',
    });
    expect(await status.json()).toMatchObject({ success: true, taskId: "known", status: "PROCESSING" });
  });

  test("that do not answer a method say which they answer; those that are none are no pages", async () => {
    const wrong = await ask("PATCH", "/tasks/known/logs");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, POST, DELETE, HEAD, OPTIONS"]);
    const options = await fetch(`${url}/api/v1/tasks`, { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, POST, HEAD, OPTIONS"]);
    for (const path of ["/tasks/known/nothing", "/nothing", "/tasks/"])
      expect((await ask("GET", path)).body.error.code).toBe("RESOURCE_NOT_FOUND");
    const head = await fetch(`${url}/api/v1/tasks`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});
