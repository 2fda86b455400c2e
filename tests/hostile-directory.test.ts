import { expect } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "./harness/process-test.ts";
import { openStage, type Stage } from "./harness/stage.ts";

/** A job's directory whose files would take a Bun program over if it read them. */
function hostileDirectory(stage: Stage): { cwd: string; trap: string } {
  const cwd = stage.directory("hostile");
  const trap = join(cwd, "trapped");
  writeFileSync(join(cwd, "evil.ts"), `require("node:fs").writeFileSync(${JSON.stringify(trap)}, "");`);
  writeFileSync(join(cwd, ".env"), "KERUTA_API_URL=http://127.0.0.1:1\nFROM_ENV_FILE=1\n");
  writeFileSync(join(cwd, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
  writeFileSync(join(cwd, "package.json"), "{ this is not JSON");
  writeFileSync(join(cwd, "tsconfig.json"), "{ neither is this");
  return { cwd, trap };
}

test("the agent reads nothing of the job's directory and heeds no variable meant for Bun, which the script still sees", async () => {
  await using stage = await openStage();
  const { cwd, trap } = hostileDirectory(stage);
  const env = { BUN_OPTIONS: `--preload=${cwd}/evil.ts`, BUN_BE_BUN: "1" };
  const command = ["sh", "-c", 'echo "$BUN_OPTIONS|$BUN_BE_BUN|$FROM_ENV_FILE|"'];
  const agent = stage.execute({ task: "hostile", command, cwd, env });
  expect((await agent.ended()).code).toBe(0);
  expect(agent.stdout()).toBe(`--preload=${cwd}/evil.ts|1||\n`);
  expect(existsSync(trap)).toBe(false);
  expect((await stage.stored("hostile")).texts("stdout")).toEqual([agent.stdout().trimEnd()]);
});

test("the CLI reads nothing of the directory it stands in", async () => {
  await using stage = await openStage();
  const { cwd, trap } = hostileDirectory(stage);
  expect((await stage.execute({ task: "quiet", command: ["echo", "here"] }).ended()).code).toBe(0);
  expect(await stage.read(["logs", "quiet"], cwd).output()).toContain("here\n");
  expect(existsSync(trap)).toBe(false);
});
