import { Database } from "bun:sqlite";
import { expect } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

/** What `keruta serve` says when it does not start, and its exit code. */
async function refusal(stage: Stage, port: number, dataDir: string): Promise<{ code: number; said: string }> {
  const program = stage.keruta("serve", "--port", String(port), "--data", dataDir);
  const { code } = await program.ended();
  return { code, said: program.stdout() + program.stderr() };
}

test("a port that is taken is named, with what to do about it", async () => {
  await using stage = await openStage();
  const { code, said } = await refusal(stage, stage.server.port, stage.directory("data"));
  expect(code).toBe(1);
  expect(said).toMatch(new RegExp(`port ${stage.server.port} .*taken.*--port`));
});

test("a data folder that cannot be one is named, with what to do about it", async () => {
  await using stage = await openStage();
  const file = join(stage.directory("data"), "file");
  writeFileSync(file, "");
  const { code, said } = await refusal(stage, 0, file);
  expect(code).toBe(1);
  expect(said).toMatch(/data folder .*file.*--data/);
});

test("a data folder of a newer program is left as it is", async () => {
  await using stage = await openStage();
  await stage.server.stop();
  const [name] = readdirSync(stage.server.dataDir).filter((each) => /\.(db|sqlite)$/.test(each));
  const database = new Database(join(stage.server.dataDir, name!));
  database.run("PRAGMA user_version = 999");
  database.close();
  const { code, said } = await refusal(stage, 0, stage.server.dataDir);
  expect(code).toBe(1);
  expect(said).toMatch(/newer program/);
});

test("a data folder that another server uses is left to it", async () => {
  await using stage = await openStage();
  const { code, said } = await refusal(stage, 0, stage.server.dataDir);
  expect(code).toBe(1);
  expect(said).toMatch(/in use by another/);
});

test("a stop ends with an agent writing and a viewer stalled, and loses nothing", async () => {
  await using stage = await openStage();
  const stalled = await stage.view("stopped");
  const agent = stage.execute({
    task: "stopped",
    command: script("numbered-lines.ts", "--count=1000", "--burst=10", "--pause-ms=5"),
  });
  await waitFor("first lines", () => stalled.log.next > 50);
  stalled.stall();
  expect((await stage.server.stop()).code).toBe(0);
  await stage.server.start();
  stalled.resume();
  expect((await agent.ended()).code).toBe(0);
  await stalled.ended();
  expect(stalled.log.faults).toEqual([]);
  expect(stalled.log.texts("stdout").length).toBe(1000);
});
