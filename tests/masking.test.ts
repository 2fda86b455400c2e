import { expect } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const token = "tok-4f9a1c77e2b05d38";
const key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----\n";

test("secrets are in no log: not the stored one, not the mirrored one, not what viewers saw meanwhile", async () => {
  await using stage = await openStage();
  const file = join(stage.directory("secrets"), "key.pem");
  writeFileSync(file, key);
  const viewer = await stage.view("secrets");
  const agent = stage.execute({
    task: "secrets",
    command: script("secrets.sh", file),
    flags: ["--mask-file", file],
    env: { DEPLOY_TOKEN: token },
  });
  expect((await agent.ended()).code).toBe(0);
  await viewer.ended();
  const stdout = [
    "token ***",
    expect.stringMatching(/^basic .{4,10}\*\*\*.{0,4}$/),
    ...["***", "***", "***"],
    ...["> ***", "> ***", "> ***"],
    "in two: ***",
    "::add-mask::***",
    "now ***",
    "plain",
  ];
  expect(viewer.log.texts("stdout")).toEqual(stdout);
  expect(viewer.log.texts("stderr")).toEqual(["token ***"]);
  expect(agent.stdout().trimEnd().split("\n")).toEqual(stdout);
  for (const seen of [...viewer.partials, agent.stdout(), agent.stderr()]) expect(seen).not.toContain("tok-");
});

test("a prompt is shown though its end may begin a secret", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("prompt");
  const env = { ANSWER_TOKEN: "? and the rest of a secret" };
  const agent = stage.execute({ task: "prompt", command: script("prompt.sh"), env });
  await waitFor("the prompt", () => viewer.partials.includes("Continue? "));
  agent.type("yes\n");
  expect((await agent.ended()).code).toBe(0);
  expect((await stage.stored("prompt")).texts("stdout")).toEqual(["Continue? you said yes"]);
});

test("patterns mask by default, and leave lines out when told to, which the log says", async () => {
  await using stage = await openStage();
  const config = (mode: string) => {
    const path = join(stage.directory("config"), "config.json");
    const logStreaming = {
      filters: { excludePatterns: [".*password.*"], includePatterns: ["^a", "password"] },
    };
    writeFileSync(path, JSON.stringify({ logStreaming, masking: { mode, patterns: ["id=\\d+"] } }));
    return ["--config", path];
  };
  const command = ["printf", "a id=12\nb\nmy password: x\na\n"];
  const run = async (task: string, mode: string) => {
    expect((await stage.execute({ task, command, flags: config(mode) }).ended()).code).toBe(0);
    return await stage.stored(task);
  };
  const masked = await run("masked", "mask");
  expect(masked.texts("stdout")).toEqual(["a ***", "***", "a"]);
  expect(masked.texts("agent")).toEqual([expect.stringContaining("1 line (2 bytes)")]);
  const dropped = await run("dropped", "drop");
  expect(dropped.texts("stdout")).toEqual(["a ***", "a"]);
  expect(dropped.texts("agent")).toEqual([
    expect.stringMatching(/^2 lines \(17 bytes\), written between .* are missing here: .*excludePatterns/),
  ]);
});

test("a file of secrets that cannot be read keeps the script from running", async () => {
  await using stage = await openStage();
  const agent = stage.execute({
    task: "unread",
    command: ["echo", "ran"],
    flags: ["--mask-file", "/nowhere"],
  });
  expect((await agent.ended()).code).toBe(2);
  expect(agent.stdout()).toBe("");
  expect(agent.stderr()).toContain("cannot read the secret in /nowhere");
});
