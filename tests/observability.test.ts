import { describe, expect } from "bun:test";
import { startGuardedServer } from "./harness/guarded-server.ts";
import { test } from "./harness/process-test.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const levelsOfOne = "echo DEBUG: a; echo INFO: b; echo WARN: c; echo ERROR: d; echo ERROR: e >&2";

describe("/metrics", () => {
  test("counts the lines stored by source, level and task, and says how late they were", async () => {
    await using stage = await openStage();
    await stage.execute({ task: "counted", command: ["sh", "-c", levelsOfOne] }).ended();
    const answer = await fetch(`${stage.server.url}/metrics`);
    expect(answer.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
    const text = await answer.text();
    const lines = (source: string, level: string) =>
      `keruta_logs_total{source="${source}",level="${level}",task_id="counted"} 1\n`;
    for (const level of ["DEBUG", "INFO", "WARN", "ERROR"]) expect(text).toContain(lines("stdout", level));
    expect(text).toContain(lines("stderr", "ERROR"));
    expect(text).toMatch(/keruta_log_latency_seconds_count\{source="stdout"\} [1-9]/);
    expect(text).toContain('keruta_tasks{status="COMPLETED"} 1\n');
  });

  test("answers JSON to those who accept nothing else, with the two documented figures", async () => {
    await using stage = await openStage();
    const waiting = stage.execute({ task: "running", command: ["sh", "-c", "echo begun; sleep 600"] });
    await waitFor("its first line", () => waiting.stdout().includes("begun"));
    const headers = { accept: "application/json" };
    const read = async () =>
      (await (await fetch(`${stage.server.url}/metrics`, { headers })).json()) as { active_tasks: number };
    await waitFor("the task to run", async () => (await read()).active_tasks === 1);
    expect(await read()).toMatchObject({ active_tasks: 1, queue_length: 0 });
  });

  test("counts errors by their code, and requests by status", async () => {
    await using stage = await openStage();
    const answer = await fetch(`${stage.server.url}/api/v1/tasks/nobody`, { method: "HEAD" });
    expect([answer.status, answer.headers.get("x-error-code")]).toEqual([404, "TASK_NOT_FOUND"]);
    const text = await (await fetch(`${stage.server.url}/metrics`)).text();
    expect(text).toContain('keruta_errors_total{type="TASK_NOT_FOUND"} 1\n');
    expect(text).toContain('keruta_http_requests_total{method="HEAD",status="404"} 1\n');
  });

  test("is for those who see all tasks", async () => {
    await using server = await startGuardedServer();
    const status = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/metrics`, { headers })).status;
    };
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    expect(await status(await server.token("viewer"))).toBe(200);
    expect(await status(await server.token("viewer", "one"))).toBe(403);
    expect(await status(await server.token("agent"))).toBe(403);
  });

  test("is not there where it is switched off", async () => {
    await using server = await startGuardedServer({ args: ["--metrics=false"] });
    const headers = { authorization: `Bearer ${await server.token("admin")}` };
    const answer = await fetch(`${server.url}/metrics`, { headers });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("--metrics");
  });
});

test("/health and /ready answer without credentials, GET and HEAD", async () => {
  await using server = await startGuardedServer();
  for (const path of ["/health", "/api/health", "/api/v1/health", "/ready"]) {
    const answer = await fetch(server.url + path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(await answer.json()).toMatchObject({ status: "UP", timestamp: expect.stringMatching(/Z$/) });
    expect((await fetch(server.url + path, { method: "HEAD" })).status).toBe(200);
  }
});

test("a request keeps its id: in the answer and in the server's log", async () => {
  await using server = await startGuardedServer({ args: ["--log-level", "debug"] });
  const headers = { "x-request-id": "from-the-proxy-1" };
  const answer = await fetch(`${server.url}/api/v1/tasks/x?token=not-for-the-log`, { headers });
  expect(answer.headers.get("x-request-id")).toBe("from-the-proxy-1");
  expect((await fetch(`${server.url}/health`)).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  await waitFor("the request in the log", () => server.said().includes("from-the-proxy-1"));
  const line = server
    .said()
    .split("\n")
    .find((text) => text.includes("from-the-proxy-1"));
  expect(JSON.parse(line!)).toMatchObject({
    requestId: "from-the-proxy-1",
    method: "GET",
    path: "/api/v1/tasks/x?token=***",
    status: 401,
    ip: "127.0.0.1",
  });
  expect(server.said()).not.toContain("not-for-the-log");
});

test("profiles are there for admins, where they are switched on", async () => {
  await using off = await startGuardedServer();
  const asked = async (server: typeof off, role: string, path: string, method = "GET") => {
    const headers = { authorization: `Bearer ${await server.token(role)}` };
    return fetch(server.url + path, { method, headers });
  };
  expect((await asked(off, "admin", "/debug/gc", "POST")).status).toBe(404);
  await using on = await startGuardedServer({ args: ["--debug"] });
  expect((await asked(on, "viewer", "/debug/pprof/heap")).status).toBe(403);
  expect((await asked(on, "admin", "/debug/gc", "POST")).status).toBe(200);
  const heap = await asked(on, "admin", "/debug/pprof/heap");
  expect(Object.keys((await heap.json()) as object)).toContain("snapshot");
  const profile = await asked(on, "admin", "/debug/pprof/profile?seconds=0.2");
  expect(Object.keys((await profile.json()) as object)).toContain("nodes");
});
