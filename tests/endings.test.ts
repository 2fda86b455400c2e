import { expect } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import type { AttemptSummary } from "@keruta/protocol";
import type { Agent } from "./harness/agent.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

/** How the attempt ended, and what the agent itself said in its log. */
async function verdict(stage: Stage, task: string): Promise<{ summary: AttemptSummary; said: string }> {
  const viewer = await stage.view(task);
  const summary = await viewer.ended();
  return { summary, said: viewer.log.texts("agent").join("\n") };
}

async function started(agent: Agent): Promise<Agent> {
  await waitFor("the script to start", () => agent.stdout().includes("started"));
  return agent;
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
}

test("exit 7 is 7, and FAILED", async () => {
  await using stage = await openStage();
  expect((await stage.execute({ task: "seven", command: script("both-streams.sh") }).ended()).code).toBe(7);
  expect((await verdict(stage, "seven")).summary).toMatchObject({ state: "FAILED", exitCode: 7 });
});

test("death by SIGSEGV is 139, names the signal, and keeps the last words", async () => {
  await using stage = await openStage();
  expect((await stage.execute({ task: "segv", command: script("segfault.sh") }).ended()).code).toBe(139);
  const log = await stage.stored("segv");
  expect(log.texts("stdout")).toEqual(["last words"]);
  expect((await verdict(stage, "segv")).summary).toMatchObject({ state: "FAILED", signal: "SIGSEGV" });
});

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)
  test(`${signal} in the middle ends the whole process group, and the log says so`, async () => {
    await using stage = await openStage();
    const pidFile = `${stage.directory("pid")}/child`;
    const command = script("with-child.sh", pidFile);
    // A shell's background child ignores SIGINT: then it is the SIGKILL after the grace that ends it.
    const agent = await started(stage.execute({ task: "stopped", command, flags: ["--kill-grace", "1"] }));
    agent.kill(signal);
    expect((await agent.ended()).code).toBe(code);
    const child = Number(readFileSync(pidFile, "utf8"));
    await waitFor("the script's child to be gone", () => !isAlive(child));
    const { summary, said } = await verdict(stage, "stopped");
    expect(said).toContain(signal);
    expect(summary.state).toBe("CANCELLED");
  });

test("a script deaf to SIGTERM is killed after the grace", async () => {
  await using stage = await openStage();
  const flags = ["--kill-grace", "0.5"];
  const agent = await started(stage.execute({ task: "deaf", command: script("deaf-to-term.sh"), flags }));
  agent.kill("SIGTERM");
  expect((await agent.ended()).code).toBe(137);
  expect((await verdict(stage, "deaf")).said).toContain("SIGKILL");
});

test("--timeout ends the script with 124, and the log says why", async () => {
  await using stage = await openStage();
  const pidFile = `${stage.directory("pid")}/child`;
  const command = script("with-child.sh", pidFile);
  const agent = stage.execute({ task: "slow", command, flags: ["--timeout", "1"] });
  expect((await agent.ended()).code).toBe(124);
  const { summary, said } = await verdict(stage, "slow");
  expect(said).toMatch(/time/);
  expect(summary).toMatchObject({ state: "FAILED", reason: expect.stringMatching(/time/) });
});

test("a command that does not exist is told as a shell would", async () => {
  await using stage = await openStage();
  const agent = stage.execute({ task: "missing", command: ["/no/such/program"] });
  expect((await agent.ended()).code).toBe(127);
  expect(agent.stderr()).toContain("/no/such/program");
});
