import { Database } from "bun:sqlite";
import { expect } from "bun:test";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { DescribedApi } from "./harness/described-api.ts";
import { type GuardedServer, startGuardedServer } from "./harness/guarded-server.ts";
import { test } from "./harness/process-test.ts";
import { openStage } from "./harness/stage.ts";

const line = { level: "INFO", message: "hello" };

/** Every error that a request can be answered with, besides those that take a fault of the server itself. */
const codes = [
  "INVALID_INPUT",
  "VALIDATION_ERROR",
  "INVALID_LOG_FORMAT",
  "RESOURCE_NOT_FOUND",
  "TASK_NOT_FOUND",
  "ATTEMPT_NOT_FOUND",
  "SEGMENT_NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "TASK_ALREADY_EXISTS",
  "TASK_ALREADY_COMPLETED",
  "INVALID_STATUS_TRANSITION",
  "PAYLOAD_TOO_LARGE",
  "RATE_LIMIT_EXCEEDED",
  "DATABASE_ERROR",
];

/** `[method, path, status expected, body]` */
type Visit = readonly [method: string, path: string, status: number, body?: unknown];

const visits: readonly Visit[] = [
  ["POST", "/tasks", 201, { id: "t", name: "a task", script: "echo", priority: 3, metadata: { a: 1 } }],
  ["POST", "/tasks", 201, { title: "named by the server", parentId: "t", parameters: { env: { A: 1 } } }],
  ["POST", "/tasks", 409, { id: "t" }],
  ["POST", "/tasks", 400, { id: "a b" }],
  ["POST", "/tasks", 400, { priority: "high" }],
  ["POST", "/tasks", 400, "not json"],
  ["POST", "/tasks", 413, { description: "x".repeat(1024 * 1024) }],
  ["GET", "/tasks", 200],
  ["GET", "/tasks?status=pending&q=task&page=0&size=10", 200],
  ["GET", "/tasks?status=lost", 400],
  ["GET", "/tasks?limit=-1", 400],
  ["GET", "/tasks/t", 200],
  ["GET", "/tasks/none", 404],
  ["GET", "/tasks/a%20b", 400],
  ["PUT", "/tasks/t", 200, { description: "said" }],
  ["PATCH", "/tasks/t", 200, { description: null }],
  ["PATCH", "/tasks/none", 404, { name: "x" }],
  ["POST", "/tasks/none", 405, {}],

  ["GET", "/tasks/t/script", 200],
  ["PUT", "/tasks/t/script", 200, { installScript: "a", executeScript: "b", language: "python" }],
  ["PUT", "/tasks/t/script", 400, { installScript: "only" }],
  ["POST", "/tasks", 201, { id: "bare" }],
  ["GET", "/tasks/bare/script", 404],

  ["GET", "/tasks/bare/logs/stats", 200],
  ["GET", "/tasks/bare/attempts", 200],
  ["POST", "/tasks/bare/complete", 422, {}],

  ["PUT", "/tasks/t/status", 200, { status: "IN_PROGRESS", message: "going", progress: 1 }],
  ["PUT", "/tasks/t/status", 400, { status: "DANCING" }],
  ["PUT", "/tasks/t/status", 422, { status: "PENDING" }],
  ["PUT", "/tasks/t/progress", 200, { progress: 10 }],
  ["PATCH", "/tasks/t/progress", 200, { progress: 50, message: "half", estimatedTimeRemaining: 3 }],
  ["PATCH", "/tasks/t/progress", 400, { progress: 101 }],
  ["POST", "/tasks/t/errors", 201, { errorCode: "PIPE_ERROR", message: "broken" }],

  [
    "POST",
    "/tasks/t/input-waiting",
    200,
    { detectedAt: "2024-01-01T00:00:00Z", processId: 1, lastOutput: "?" },
  ],
  ["GET", "/tasks/t/input-waiting", 200],
  ["POST", "/tasks/t/input-request", 200, { prompt: "name:" }],
  ["POST", "/tasks/t/input", 200, { input: "x" }],
  ["POST", "/tasks/t/input", 400, { input: 5 }],
  ["GET", "/tasks/t/input", 200],
  ["GET", "/tasks/t/input", 204],

  ["POST", "/tasks/t/logs", 201, line],
  ["POST", "/tasks/t/logs", 201, [line, line]],
  ["POST", "/tasks/t/logs", 201, { logs: [{ ...line, level: "warning", metadata: { pod: "p" } }] }],
  ["POST", "/tasks/t/logs", 400, { level: "LOUD", message: "x" }],
  ["POST", "/tasks/t/logs", 400, []],
  ["POST", "/tasks/t/logs", 400, "{"],
  ["POST", "/tasks/t/logs", 413, Array.from({ length: 10_001 }, () => line)],
  ["GET", "/tasks/t/logs", 200],
  ["GET", "/tasks/t/logs?level=ERROR&from=2024-01-01T00:00:00Z&page=3", 200],
  ["GET", "/tasks/t/logs?size=0", 400],
  ["GET", "/tasks/t/logs?attempt=9", 404],
  ["GET", "/tasks/none/logs", 404],
  ["GET", "/tasks/t/logs/stats", 200],
  ["GET", "/tasks/t/logs/count?source=agent", 200],
  ["GET", "/tasks/t/logs/export", 200],
  ["GET", "/tasks/t/logs/export?format=csv", 200],
  ["GET", "/tasks/t/logs/export?format=txt", 200],
  ["GET", "/tasks/t/logs/export?format=pdf", 400],
  ["DELETE", "/tasks/t/logs?before=2024-01-01T00:00:00Z", 200],
  ["DELETE", "/tasks/t/logs?before=never", 400],

  ["GET", "/tasks/t/attempts", 200],
  ["GET", "/tasks/t/attempts/1/manifest", 200],
  ["GET", "/tasks/t/attempts/9/manifest", 404],
  ["GET", "/tasks/t/attempts/1/segments/1-00000000", 404],

  [
    "PATCH",
    "/tasks/t/status",
    200,
    { status: "completed", completedAt: "2024-01-01T00:00:00Z", exitCode: 0 },
  ],
  ["PUT", "/tasks/t/status", 409, { status: "PROCESSING" }],
  ["POST", "/tasks/t/input", 409, { input: "too late" }],
  ["POST", "/tasks/t/cancel", 409],
  ["POST", "/tasks/bare/start", 200],
  ["POST", "/tasks/bare/complete", 200, {}],
  ["POST", "/tasks", 201, { id: "tried" }],
  ["POST", "/tasks/tried/start", 200],
  ["POST", "/tasks/tried/fail", 200, { message: "no", errorCode: "EXECUTION_ERROR" }],
  ["POST", "/tasks/tried/retry", 200],
  ["POST", "/tasks/tried/cancel", 200, { reason: "enough" }],
  ["DELETE", "/tasks/t/logs", 200],
  ["DELETE", "/tasks/bare", 204],
  ["DELETE", "/tasks/bare", 404],

  ["GET", "/auth/me", 200],
  ["POST", "/auth/session", 200, {}],
  ["DELETE", "/auth/session", 204],
  ["GET", "/openapi.json", 200],
  ["GET", "/api/v1/health", 200],
  ["GET", "/health", 200],
  ["GET", "/ready", 200],
  ["GET", "/metrics", 200],
  ["GET", "/nothing", 404],
  ["PUT", "/tasks", 405],
];

/** What only a server with users can be asked well, and the profiles, which are switched off here. */
const elsewhere = ["POST /api/v1/auth/login", "POST /api/v1/auth/refresh"];
const switchedOff = /\/debug\//;

test("every route answers as the document says, and every error of the table can be had", async () => {
  await using stage = await openStage();
  const api = await DescribedApi.of(stage.server.url);
  for (const [method, path, status, body] of visits) {
    const answer = await api.ask(method, path, { body });
    expect([method, path, answer.status, answer.text]).toEqual([method, path, status, expect.any(String)]);
  }
  await askForSegment(api);
  await fillQueue(api);
  damage(join(stage.server.dataDir, "keruta.sqlite"));
  expect((await api.ask("GET", "/tasks/sealed/logs")).status).toBe(500);
  // It has begun to answer when it finds out: then the answer must not look whole.
  const broken = fetch(`${stage.server.url}/api/v1/tasks/sealed/logs/export`).then((answer) => answer.text());
  expect(
    await broken.then(
      () => "whole",
      () => "cut",
    ),
  ).toBe("cut");

  const done = new Set(
    [...api.answers].filter((answer) => / 2\d\d$/.test(answer)).map((answer) => answer.slice(0, -4)),
  );
  const missed = api.operations.filter((operation) => !done.has(operation) && !switchedOff.test(operation));
  expect(missed).toEqual(elsewhere);
  expect(codes.filter((code) => !api.codes.has(code))).toEqual([]);
});

test("the document is one of OpenAPI 3.1", async () => {
  await using stage = await openStage();
  const document = (await (await fetch(`${stage.server.url}/api/openapi.json`)).json()) as Record<
    string,
    object
  >;
  const validator = new Validator();
  expect(await validator.validate(document)).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  const ids = Object.values(document["paths"]!).flatMap((methods: Record<string, { operationId: string }>) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

/** A task whose log is in a segment. */
async function askForSegment(api: DescribedApi): Promise<void> {
  await api.ask("POST", "/tasks/sealed/logs", { body: [line, line] });
  await api.ask("PUT", "/tasks/sealed/status", { body: { status: "COMPLETED" } });
  for (;;) {
    const { text } = await api.ask("GET", "/tasks/sealed/attempts/1/manifest");
    const [segment] = (JSON.parse(text) as { segments: { firstSequence: number; checksum: number }[] })
      .segments;
    if (segment === undefined) {
      await Bun.sleep(10);
      continue;
    }
    const checksum = segment.checksum.toString(16).padStart(8, "0");
    const path = `/tasks/sealed/attempts/1/segments/${segment.firstSequence}-${checksum}`;
    expect((await api.ask("GET", path)).status).toBe(200);
    return;
  }
}

async function fillQueue(api: DescribedApi): Promise<void> {
  await api.ask("POST", "/tasks", { body: { id: "asked" } });
  await api.ask("POST", "/tasks/asked/start");
  for (let status = 200; status !== 429; )
    status = (await api.ask("POST", "/tasks/asked/input", { body: { input: "x" } })).status;
}

function damage(file: string): void {
  const database = new Database(file);
  database.run("PRAGMA busy_timeout = 5000");
  database.run("UPDATE segment SET frame = x'00'");
  database.close();
}

test("who shows nothing, or may not, is told so as described; log-ins give what is described", async () => {
  await using server: GuardedServer = await startGuardedServer({
    users: [["ann", "correct horse", "developer"]],
  });
  const api = await DescribedApi.of(server.url);
  expect((await api.ask("GET", "/tasks")).status).toBe(401);
  const login = await api.ask("POST", "/auth/login", {
    body: { username: "ann", password: "correct horse" },
  });
  expect(login.status).toBe(200);
  const { token, refreshToken } = JSON.parse(login.text) as { token: string; refreshToken: string };
  expect((await api.ask("POST", "/auth/refresh", { body: { refreshToken } })).status).toBe(200);
  const headers = { Authorization: `Bearer ${token}` };
  expect((await api.ask("GET", "/auth/me", { headers })).status).toBe(200);
  expect((await api.ask("DELETE", "/tasks/t", { headers })).status).toBe(403);
  const wrong = { body: { username: "ann", password: "wrong" } };
  for (let status = 401; status !== 429; ) {
    status = (await api.ask("POST", "/auth/login", wrong)).status;
    expect([401, 429]).toContain(status);
  }
  expect([...api.codes].sort()).toEqual(["FORBIDDEN", "RATE_LIMIT_EXCEEDED", "UNAUTHORIZED"]);
});
