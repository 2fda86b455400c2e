import { expect } from "bun:test";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "./harness/process-test.ts";
import { Program } from "./harness/program.ts";
import { programs } from "./harness/programs.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

interface Health {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly healthy: boolean; readonly message: string }>>;
}

test("an agent that reconnects in vain as often as it may is unhealthy, goes on trying, and loses nothing", async () => {
  await using stage = await openStage();
  await stage.server.kill();
  const agent = stage.execute({
    task: "away",
    command: ["sh", "-c", "echo early; read -r _; echo late"],
    flags: ["--metrics", "--metrics-port", "0"],
    env: { KERUTA_WEBSOCKET_RECONNECT_INTERVAL: "0.1", KERUTA_WEBSOCKET_MAX_RECONNECT_ATTEMPTS: "3" },
  });
  const port = await waitFor("its port", () => /localhost:(\d+)/.exec(agent.stderr())?.[1]);
  const health = async () => (await fetch(`http://127.0.0.1:${port}/health`)).json() as Promise<Health>;
  await waitFor("it to be unhealthy", async () => (await health()).checks["websocket"]?.healthy === false);
  expect((await health()).status).toBe("unhealthy");
  expect(agent.isRunning).toBe(true);
  await stage.server.start();
  await waitFor("it to be healthy", async () => (await health()).status === "healthy");
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain("keruta_connected 1\n");
  agent.type("\n");
  expect((await agent.ended()).code).toBe(0);
  expect((await stage.stored("away")).texts("stdout")).toEqual(["early", "late"]);
});

test("KERUTA_TIMEOUT is for a request, not for the script, and KERUTA_API_TIMEOUT comes before it", async () => {
  await using stage = await openStage();
  const env = { KERUTA_TIMEOUT: "0.1", KERUTA_RETRY_COUNT: "1" };
  const agent = stage.execute({ task: "slow", command: ["sh", "-c", "sleep 1; echo done"], env });
  expect((await agent.ended()).code).toBe(0);
  expect((await stage.stored("slow")).texts("stdout")).toEqual(["done"]);
  const both = { ...env, KERUTA_API_TIMEOUT: "20", KERUTA_API_RETRY_COUNT: "7" };
  const shown = await settings(stage, both);
  expect([shown["api.timeout"], shown["api.retryCount"], shown["execute.timeout"]]).toEqual([
    "20s",
    "7",
    "0",
  ]);
});

test("intervals are seconds where they are bare, in variables and in files, and lines are not sent by tens", async () => {
  await using stage = await openStage();
  for (const [text, interval] of [
    ["1", "1s"],
    ["1s", "1s"],
    ["0.5", "500ms"],
    ["1m0s", "1m"],
  ] as const) {
    const shown = await settings(stage, { KERUTA_LOG_FLUSH_INTERVAL: text });
    expect([text, shown["logStreaming.flushInterval"]]).toEqual([text, interval]);
  }
  const file = join(stage.directory("config"), "config.yaml");
  writeFileSync(file, "logStreaming: {flushInterval: 1, batchSize: 100}\nlogging: {format: text}\n");
  const shown = await settings(stage, { KERUTA_CONFIG: file });
  expect(shown).toMatchObject({
    "logStreaming.flushInterval": "1s",
    "logStreaming.batchSize": "100",
    "logging.format": "text",
  });
  const env = { KERUTA_LOG_BATCH_SIZE: "10", KERUTA_LOG_BUFFER_SIZE: "10" };
  const agent = stage.execute({ task: "many", command: ["seq", "100000"], env });
  expect((await agent.ended()).code).toBe(0);
  expect((await stage.stored("many")).texts("stdout")).toHaveLength(100_000);
});

test("json is the format of one's own log where nothing is said", async () => {
  await using stage = await openStage();
  expect((await settings(stage, {}))["logging.format"]).toBe("json");
  await waitFor("a line", () => stage.server.program.stderr().includes("{"));
  const lines = stage.server.program.stderr().split("\n");
  for (const line of lines.filter((text) => text.startsWith("{")))
    expect(JSON.parse(line)).toMatchObject({ time: expect.stringMatching(/Z$/), msg: expect.any(String) });
});

test("an agent listens on no port unless it is told to", async () => {
  await using stage = await openStage();
  const command = ["sh", "-c", "echo begun; read -r _"];
  const silent = stage.execute({ task: "silent", command });
  const flags = ["--metrics", "--metrics-port", "0"];
  const measured = stage.execute({ task: "measured", command, flags });
  for (const agent of [silent, measured]) await waitFor("its script", () => agent.stdout().includes("begun"));
  await stage.view("silent");
  expect(listeningPorts(silent.pid)).toEqual([]);
  expect(listeningPorts(measured.pid)).toEqual([expect.any(Number)]);
  for (const agent of [silent, measured]) {
    agent.type("\n");
    expect((await agent.ended()).code).toBe(0);
  }
});

test("health is asked for by a flag of its own or by name", async () => {
  await using stage = await openStage();
  const ask = async (...flags: string[]) => {
    const env = { KERUTA_API_URL: `${stage.server.url}/api/v1` };
    const { code, stdout } = await run(stage, ["health", "--format", "json", ...flags], env);
    return { code, checks: Object.keys((JSON.parse(stdout) as Health).checks).sort() };
  };
  const three = { code: 0, checks: ["api", "disk", "memory"] };
  expect(await ask("--check-api", "--check-disk", "--check-memory")).toEqual(three);
  expect(await ask("--check", "api,disk,memory")).toEqual(three);
  expect(await ask("--check", "config")).toEqual({ code: 0, checks: ["config"] });
  expect((await ask()).checks).toEqual(["api", "config", "disk", "memory"]);
  await stage.server.kill();
  expect(await ask("--check-api")).toEqual({ code: 1, checks: ["api"] });
});

/** A command of the agent, in a home without a configuration. */
async function run(stage: Stage, args: readonly string[], env: Record<string, string>) {
  const dir = stage.directory("run");
  await using program = new Program([...programs.agent, ...args], { dir, env: { HOME: dir, ...env } });
  const { code } = await program.ended();
  return { code, stdout: program.stdout() };
}

async function settings(stage: Stage, env: Record<string, string>): Promise<Record<string, string>> {
  const { code, stdout } = await run(stage, ["config", "show", "--format", "json"], env);
  expect(code).toBe(0);
  const rows = JSON.parse(stdout) as { key: string; value: string }[];
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

/** TCP ports that a process listens on, as the kernel has it. */
function listeningPorts(pid: number): number[] {
  const descriptors = readdirSync(`/proc/${pid}/fd`).map((name) => readlinkOf(`/proc/${pid}/fd/${name}`));
  const inodes = new Set(descriptors.map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1]));
  const listening = "0A";
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .map((row) => row.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === listening && inodes.has(inode))
      .map(([, local]) => Number.parseInt(local!.split(":")[1]!, 16)),
  );
}

function readlinkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // Closed since it was listed.
  }
}
