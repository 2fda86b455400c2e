import { describe, expect } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type GuardedServer, startGuardedServer } from "./harness/guarded-server.ts";
import { test } from "./harness/process-test.ts";
import { pythonWith } from "./harness/python.ts";
import { waitFor } from "./harness/wait-for.ts";

const clients = join(import.meta.dir, "http-clients");

/** A server that asks who somebody is, and somebody who may do everything there. */
interface Place {
  readonly server: GuardedServer;
  readonly token: string;
}

async function placeOf(server: GuardedServer): Promise<Place> {
  return { server, token: await server.token("admin") };
}

async function ask({ server, token }: Place, method: string, path: string, body?: unknown) {
  return fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Runs a client to its end, which has to be a good one. */
async function output({ server }: Place, command: readonly string[], env = {}) {
  const program = server.run(command, env);
  const { code } = await program.ended();
  expect([code, program.stderr()]).toEqual([0, expect.any(String)]);
  return { dir: dirname(program.stdoutPath), stdout: program.stdout() };
}

test("the documented curl calls work as they stand in the documents", async () => {
  await using server = await startGuardedServer();
  const place = await placeOf(server);
  const lines = ["stdout", "stderr", "agent", "stdout", "stderr"].map((source, i) => ({
    source,
    level: i === 4 ? "ERROR" : "INFO",
    message: `message ${i}`,
    timestamp: `2024-01-01T10:00:0${i}Z`,
  }));
  expect((await ask(place, "POST", "/tasks/task123/logs", lines)).status).toBe(201);
  const env = { SERVER: server.url, TOKEN: place.token };
  const { dir } = await output(place, ["sh", join(clients, "documented-calls.sh")], env);
  const text = (name: string) => readFileSync(join(dir, name), "utf8");
  const json = (name: string) => JSON.parse(text(name));
  const messages = (name: string) => json(name).content.map(({ message }: { message: string }) => message);

  expect(messages("list.json")).toEqual(lines.map(({ message }) => message));
  expect(json("list.json")).toMatchObject({ totalElements: 5, totalPages: 1, size: 100, number: 0 });
  expect(messages("stderr.json")).toEqual(["message 1", "message 4"]);
  expect(messages("errors.json")).toEqual(["message 4"]);
  expect(messages("page.json")).toEqual(["message 2", "message 3"]);
  expect(messages("range.json")).toEqual(["message 0", "message 1"]);
  expect(json("stats.json")).toMatchObject({
    taskId: "task123",
    totalLogs: 5,
    logCounts: { stdout: 2, stderr: 2, agent: 1 },
    levelCounts: { DEBUG: 0, INFO: 4, WARN: 0, ERROR: 1 },
    timeRange: { start: "2024-01-01T10:00:00.000Z", end: "2024-01-01T10:00:04.000Z" },
  });
  expect(json("task123_logs.json")).toEqual(json("list.json").content);
  expect(text("task123_logs.csv").split("\r\n").slice(0, 2)).toEqual([
    "id,taskId,sequence,timestamp,source,level,lineNumber,message,metadata",
    '1-1,"task123",1,2024-01-01T10:00:00.000Z,stdout,INFO,1,"message 0","{""attempt"":1}"',
  ]);
  expect(text("task123_logs.txt").split("\n")[4]).toBe(
    "[2024-01-01T10:00:04.000Z] [STDERR] [ERROR] message 4",
  );
  expect(json("delete-before.json")).toMatchObject({ deletedCount: 2, message: expect.any(String) });
  expect(json("delete.json")).toMatchObject({ deletedCount: 3 });
  expect(json("health.json")).toMatchObject({ status: "UP" });
  expect(text("health-head.txt")).toStartWith("HTTP/1.1 200");
});

test("the documented Python client reads what it expects", async () => {
  await using server = await startGuardedServer();
  const place = await placeOf(server);
  const base = `${server.url}/api/v1`;
  const client = [pythonWith("requests"), join(clients, "log_client.py"), base, place.token, "task123"];
  const { stdout } = await output(place, client, { PYTHONIOENCODING: "utf-8" });
  expect(stdout.split("\n")).toEqual([
    ...[1, 2, 3, 4, 5].map((n) => `stored True ${n} 2024-01-01T10:00:0${n - 1}.000Z`),
    "[2024-01-01T10:00:00.000Z] [stdout] [DEBUG] message 0 ジョブ",
    "[2024-01-01T10:00:01.000Z] [stderr] [INFO] message 1 ジョブ",
    "[2024-01-01T10:00:02.000Z] [stdout] [WARN] message 2 ジョブ",
    "[2024-01-01T10:00:03.000Z] [stderr] [ERROR] message 3 ジョブ",
    "[2024-01-01T10:00:04.000Z] [stdout] [ERROR] message 4 ジョブ",
    "errors ['message 3 ジョブ', 'message 4 ジョブ']",
    "stderr page message 3 ジョブ",
    "total 5 {'DEBUG': 1, 'INFO': 1, 'WARN': 1, 'ERROR': 2} {'stdout': 3, 'stderr': 2, 'agent': 0}",
    "deleted 2",
    "deleted 3",
    "error 404 TASK_NOT_FOUND",
    "",
  ]);
});

describe("the agent that knew only HTTP", () => {
  interface Task {
    readonly status: string;
  }
  interface Line {
    readonly level: string;
    readonly message: string;
  }

  /** It has a token that is good for its own task only. */
  async function run(place: Place, task: string, script: string) {
    expect((await ask(place, "POST", "/tasks", { id: task, title: "old", script })).status).toBe(201);
    const env = { KERUTA_API_TOKEN: await place.server.token("agent", task) };
    return place.server.run([process.execPath, join(clients, "old-agent.ts"), place.server.url, task], env);
  }

  async function read(place: Place, path: string) {
    return (await ask(place, "GET", path)).json() as Promise<Task & { content: readonly Line[] }>;
  }

  test("posts its lines, takes input and completes the task", async () => {
    await using server = await startGuardedServer();
    const place = await placeOf(server);
    const script = 'echo first; echo "who are you?"; read name; echo "hello $name"; echo trouble >&2';
    const agent = await run(place, "old-1", script);
    await waitFor(
      "the question",
      async () => (await read(place, "/tasks/old-1")).status === "WAITING_FOR_INPUT",
    );
    expect(await read(place, "/tasks/old-1/input-waiting")).toMatchObject({ waiting: { isWaiting: true } });
    expect((await ask(place, "POST", "/tasks/old-1/resume", { input: "Kai" })).status).toBe(200);
    expect((await agent.ended()).code).toBe(0);
    expect(await read(place, "/tasks/old-1")).toMatchObject({
      status: "COMPLETED",
      progress: 100,
      message: "done",
    });
    const { content } = await read(place, "/tasks/old-1/logs");
    const lines = content.map(({ level, message }) => `${level} ${message}`);
    expect(lines.filter((line: string) => line.startsWith("INFO"))).toEqual([
      "INFO first",
      "INFO who are you?",
      expect.stringMatching(/^INFO input from test-admin/),
      "INFO hello Kai",
    ]);
    expect(lines).toContain("ERROR trouble");
  });

  test("fails the task with its script", async () => {
    await using server = await startGuardedServer();
    const place = await placeOf(server);
    const agent = await run(place, "old-2", "echo no; exit 3");
    expect((await agent.ended()).code).toBe(1);
    expect(await read(place, "/tasks/old-2")).toMatchObject({
      status: "FAILED",
      errorCode: "SCRIPT_EXECUTION_ERROR",
      message: "exit status 3",
    });
  });
});
