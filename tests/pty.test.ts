import { expect } from "bun:test";
import { join } from "node:path";
import { test } from "./harness/process-test.ts";
import { programs } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";
import { TaskApi } from "./harness/task-api.ts";
import { waitFor } from "./harness/wait-for.ts";

test("a script on a terminal is asked, answered and seen as on any other", async () => {
  await using stage = await openStage();
  const api = new TaskApi(() => stage.server.url, "terminal");
  const ask = 'stty size; bash -c \'read -p "name? " name; echo "hello $name"\'';
  const flags = ["--pty", "--stdin", "server", "--cols", "100", "--rows", "40"];
  const agent = stage.execute({ task: "terminal", command: ["sh", "-c", ask], flags });
  await waitFor("the script to wait", async () => {
    const answer = await api.ask("GET", "");
    return answer.ok && ((await answer.json()) as { status: string }).status === "WAITING_FOR_INPUT";
  });
  expect((await api.ask("POST", "/input", { input: "Ann" })).status).toBe(200);
  expect((await agent.ended()).code).toBe(0);
  const log = await stage.stored("terminal");
  expect(log.texts("stdout")).toEqual(["40 100", "name? Ann", "hello Ann"]);
  expect(agent.stdout()).toBe("40 100\r\nname? Ann\r\nhello Ann\r\n");
});

test("a script on a terminal is cancelled by REST", async () => {
  await using stage = await openStage();
  const api = new TaskApi(() => stage.server.url, "cut-short");
  const command = ["sh", "-c", "echo started; exec sleep 100"];
  const agent = stage.execute({ task: "cut-short", command, flags: ["--pty"] });
  await waitFor("the script to start", () => agent.stdout().includes("started"));
  await waitFor("the task", async () => (await api.ask("GET", "")).ok);
  expect((await api.ask("POST", "/cancel", { reason: "enough" })).ok).toBe(true);
  expect((await agent.ended()).code).toBe(143);
  expect((await stage.stored("cut-short")).texts("agent")[0]).toMatch(
    /^cancelled by anonymous at .*\(enough\)/,
  );
  expect(await api.record()).toMatchObject({ status: "CANCELLED" });
});

test("the terminal takes the size of the agent's own, and follows it", async () => {
  await using stage = await openStage();
  const script = "trap 'stty size; exit 0' WINCH; stty size; while :; do sleep 0.05; done";
  const place = ["--api-url", stage.server.url, "--spool-dir", stage.directory("spool")];
  const command = ["execute", "--task-id", "sized", ...place, "--pty", "--", "bash", "-c", script];
  const onTerminal = ["python3", join(import.meta.dir, "scripts/on-resized-terminal.py")];
  const agent = Bun.spawn([...onTerminal, ...programs.agent, ...command], { stdin: "ignore" });
  expect(await agent.exited).toBe(0);
  expect((await stage.stored("sized")).texts("stdout")).toEqual(["33 111", "44 122"]);
});
