import { expect } from "bun:test";
import { cpSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectNumbered } from "./harness/expect-log.ts";
import { frameOf } from "./harness/frames.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

/** Makes a copied spool look left behind: its owner is a process that cannot be running. */
function disown(spoolDir: string): void {
  const [run] = readdirSync(spoolDir);
  const path = join(spoolDir, run!, "run.json");
  writeFileSync(path, readFileSync(path, "utf8").replace(/"startTicks": "\d+"/, '"startTicks": "0"'));
}

test("a newer claim of the same run refuses the older one, at once and when it comes back", async () => {
  await using stage = await openStage();
  const older = await stage.produce("claimed");
  const { claim, attempt } = await older.welcomed();
  await older.send(frameOf(["one", "two"], 1));
  await older.acknowledgedThrough(2);

  const newer = await stage.produce("claimed", older.runId);
  expect(await newer.welcomed()).toMatchObject({ attempt, head: 2 });
  await older.send(frameOf(["not three"], 3));
  expect((await older.refused()).code).toBe("SUPERSEDED");
  expect((await older.closed()).code).toBe(4409);
  const back = await stage.produce("claimed", older.runId, claim);
  expect((await back.refused()).code).toBe("SUPERSEDED");

  await newer.send(frameOf(["three"], 3));
  await newer.acknowledgedThrough(3);
  await newer.end(3);
  expect((await stage.stored("claimed")).texts()).toEqual(["one", "two", "three"]);
});

test("a claim survives the server, and an agent that comes back with it goes on", async () => {
  await using stage = await openStage();
  const first = await stage.produce("kept");
  const { claim } = await first.welcomed();
  await first.send(frameOf(["one"], 1));
  await first.acknowledgedThrough(1);
  await stage.server.kill();
  await stage.server.start();
  const second = await stage.produce("kept", first.runId, claim);
  expect(await second.welcomed()).toMatchObject({ attempt: 1, head: 1 });
});

test("a copy of a live agent's spool takes the attempt over; the script is not disturbed", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("copied");
  const agent = stage.execute({
    task: "copied",
    command: script("numbered-lines.ts", "--count=2000", "--burst=10", "--pause-ms=10", "--exit=5"),
    flags: ["--drain-timeout", "3"],
  });
  await waitFor("first lines", () => viewer.log.next > 100);
  const copy = `${stage.directory("copy")}/spool`;
  // A socket is bound to its agent and cannot be copied.
  cpSync(agent.spoolDir, copy, { recursive: true, filter: (path) => !lstatSync(path).isSocket() });
  disown(copy);
  expect((await stage.flush(copy).ended()).code).toBe(0);
  const ended = await agent.ended();
  expect(ended.code).toBe(5);
  expect(agent.stderr()).toContain("taken over");
  expect(agent.stdout().match(/\n/g)?.length).toBe(2000);
  const log = await stage.storedSoFar("copied");
  expectNumbered(log, 1, log.texts("stdout").length);
});

test("a second execution of the same task is attempt 2, and both logs stay", async () => {
  await using stage = await openStage();
  for (const text of ["first", "second"])
    expect((await stage.execute({ task: "again", command: ["echo", text] }).ended()).code).toBe(0);
  expect((await stage.stored("again", { attempt: 1 })).texts("stdout")).toEqual(["first"]);
  expect((await stage.stored("again", { attempt: 2 })).texts("stdout")).toEqual(["second"]);
  const attempts = (await (await fetch(`${stage.server.url}/api/v1/tasks/again/attempts`)).json()) as {
    attempt: number;
  }[];
  expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
});

test("two agents of one task at the same time are two attempts", async () => {
  await using stage = await openStage();
  const agents = [1, 2].map((seed) =>
    stage.execute({
      task: "pair",
      command: script("numbered-lines.ts", "--count=500", `--seed=${seed}`, "--pause-ms=2"),
    }),
  );
  for (const agent of agents) expect((await agent.ended()).code).toBe(0);
  const logs = [await stage.stored("pair", { attempt: 1 }), await stage.stored("pair", { attempt: 2 })];
  expect(logs.map((log) => log.texts("stdout").length)).toEqual([500, 500]);
});
