import { expect } from "bun:test";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

test("a script that prints nothing has an attempt with no line", async () => {
  await using stage = await openStage();
  expect((await stage.execute({ task: "silent", command: ["true"] }).ended()).code).toBe(0);
  const viewer = await stage.view("silent");
  const summary = await viewer.ended();
  expect({ state: summary.state, head: summary.head, exitCode: summary.exitCode }).toEqual({
    state: "COMPLETED",
    head: 0,
    exitCode: 0,
  });
});

test("a child that keeps the output open does not keep the agent, and what it wrote in time is kept", async () => {
  await using stage = await openStage();
  const command = script("background-child.sh");
  const agent = stage.execute({ task: "child", command, flags: ["--output-grace", "3"] });
  expect((await agent.ended()).code).toBe(0);
  const log = await stage.stored("child");
  expect(log.texts("stdout")).toEqual(["before", "after", "from the child"]);
  expect(log.texts("agent").join("\n")).toContain("holds its output");
});

test("a prompt without a newline is seen while it waits, and becomes a line with the answer", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("prompt");
  const agent = stage.execute({ task: "prompt", command: script("prompt.sh") });
  await waitFor("the prompt", () => viewer.partials.includes("Continue? "));
  const late = await stage.view("prompt");
  await waitFor("the prompt, for a viewer that came late", () => late.partials.includes("Continue? "));
  agent.type("yes\n");
  expect((await agent.ended()).code).toBe(0);
  await viewer.ended();
  expect(viewer.log.texts("stdout")).toEqual(["Continue? you said yes"]);
  expect(agent.stdout()).toBe("Continue? you said yes\n");
});

test("a progress bar stays one line, with its carriage returns in it", async () => {
  await using stage = await openStage();
  await stage.execute({ task: "progress", command: script("progress-bar.sh") }).ended();
  const bar = [0, 25, 50, 75, 100].map((percent) => `\rdownloading ${percent}%`).join("");
  expect((await stage.stored("progress")).texts("stdout")).toEqual([bar, "done"]);
});

test("both streams arrive under their names, and each on the agent's own", async () => {
  await using stage = await openStage();
  const agent = stage.execute({ task: "both", command: script("both-streams.sh") });
  expect((await agent.ended()).code).toBe(7);
  const log = await stage.stored("both");
  expect(log.texts("stdout")).toEqual(["on stdout"]);
  expect(log.texts("stderr")).toEqual(["on stderr"]);
  expect(agent.stdout()).toBe("on stdout\n");
  expect(agent.stderr()).toContain("on stderr\n");
});

test("--disable-log-streaming just runs the script", async () => {
  await using stage = await openStage();
  const command = script("both-streams.sh");
  const agent = stage.execute({ task: "alone", command, flags: ["--disable-log-streaming"] });
  expect((await agent.ended()).code).toBe(7);
  expect([agent.stdout(), agent.stderr()]).toEqual(["on stdout\n", "on stderr\n"]);
  expect((await fetch(`${stage.server.url}/api/v1/tasks/alone`)).status).toBe(404);
});

test("the script sees the directory, environment and arguments as without the agent", async () => {
  await using stage = await openStage();
  const cwd = stage.directory("job");
  const command = [
    "sh",
    "-c",
    'pwd; echo "$WORD_OF_JOB"; printf "%s|" "$@"',
    "sh",
    "a b",
    "",
    "--task-id",
    "-x",
  ];
  const agent = stage.execute({ task: "as-is", command, cwd, env: { WORD_OF_JOB: "ジョブ" } });
  expect((await agent.ended()).code).toBe(0);
  expect(agent.stdout()).toBe(`${cwd}\nジョブ\na b||--task-id|-x|`);
});
