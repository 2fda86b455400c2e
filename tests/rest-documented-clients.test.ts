import { describe, expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "./harness/process-test.ts";
import { Program } from "./harness/program.ts";
import { pythonWith } from "./harness/python.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const clients = join(import.meta.dir, "http-clients");

async function post(stage: Stage, path: string, body: unknown): Promise<Response> {
  const init = { method: "POST", body: JSON.stringify(body) };
  return fetch(`${stage.server.url}/api/v1${path}`, init);
}

async function output(
  stage: Stage,
  command: readonly string[],
  env = {},
): Promise<{ dir: string; stdout: string }> {
  const dir = stage.directory("client");
  await using program = new Program(command, { dir, env });
  const { code } = await program.ended();
  expect([code, program.stderr()]).toEqual([0, expect.any(String)]);
  return { dir, stdout: program.stdout() };
}

test("the documented curl calls work as they stand in the documents", async () => {
  await using stage = await openStage();
  const lines = ["stdout", "stderr", "agent", "stdout", "stderr"].map((source, i) => ({
    source,
    level: i === 4 ? "ERROR" : "INFO",
    message: `message ${i}`,
    timestamp: `2024-01-01T10:00:0${i}Z`,
  }));
  expect((await post(stage, "/tasks/task123/logs", lines)).status).toBe(201);
  const env = { SERVER: stage.server.url, TOKEN: "any" };
  const { dir } = await output(stage, ["sh", join(clients, "documented-calls.sh")], env);
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
  await using stage = await openStage();
  const base = `${stage.server.url}/api/v1`;
  const client = [pythonWith("requests"), join(clients, "log_client.py"), base, "token", "task123"];
  const { stdout } = await output(stage, client, { PYTHONIOENCODING: "utf-8" });
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
  async function run(stage: Stage, task: string, script: string) {
    expect((await post(stage, "/tasks", { id: task, title: "old", script })).status).toBe(201);
    const command = [process.execPath, join(clients, "old-agent.ts"), stage.server.url, task];
    return new Program(command, { dir: stage.directory("old-agent") });
  }

  async function read(stage: Stage, path: string) {
    return (await fetch(`${stage.server.url}/api/v1${path}`)).json();
  }

  test("posts its lines, takes input and completes the task", async () => {
    await using stage = await openStage();
    const script = 'echo first; echo "who are you?"; read name; echo "hello $name"; echo trouble >&2';
    await using agent = await run(stage, "old-1", script);
    await waitFor(
      "the question",
      async () => (await read(stage, "/tasks/old-1")).status === "WAITING_FOR_INPUT",
    );
    expect(await read(stage, "/tasks/old-1/input-waiting")).toMatchObject({ waiting: { isWaiting: true } });
    expect((await post(stage, "/tasks/old-1/resume", { input: "Kai" })).status).toBe(200);
    expect((await agent.ended()).code).toBe(0);
    expect(await read(stage, "/tasks/old-1")).toMatchObject({
      status: "COMPLETED",
      progress: 100,
      message: "done",
    });
    const { content } = await read(stage, "/tasks/old-1/logs");
    const lines = content.map(({ level, message }: Record<string, string>) => `${level} ${message}`);
    expect(lines.filter((line: string) => line.startsWith("INFO"))).toEqual([
      "INFO first",
      "INFO who are you?",
      expect.stringMatching(/^INFO input from anonymous/),
      "INFO hello Kai",
    ]);
    expect(lines).toContain("ERROR trouble");
  });

  test("fails the task with its script", async () => {
    await using stage = await openStage();
    await using agent = await run(stage, "old-2", "echo no; exit 3");
    expect((await agent.ended()).code).toBe(1);
    expect(await read(stage, "/tasks/old-2")).toMatchObject({
      status: "FAILED",
      errorCode: "SCRIPT_EXECUTION_ERROR",
      message: "exit status 3",
    });
  });
});
