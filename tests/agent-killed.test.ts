import { expect } from "bun:test";
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { Agent } from "./harness/agent.ts";
import { expectBytes, expectNumbered } from "./harness/expect-log.ts";
import { bytesUnder, newestFile } from "./harness/files.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { Random } from "./harness/random.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor, waitUntilStill } from "./harness/wait-for.ts";

const seeds = 12;
const lines = 3000;
/** What `bursts-then-idle.sh` writes. */
const burstTexts = Array.from({ length: 5000 }, (_, i) => `line ${i + 1}`);

/** About what an agent sends before its first chunk. */
const bytesOfGreeting = 800;

async function killAgentOnce(stage: Stage, seed: number): Promise<void> {
  const random = new Random(seed);
  const task = `orphan-${seed}`;
  const viewer = await stage.view(task);
  const agent = stage.execute({
    task,
    command: script("numbered-lines.ts", `--seed=${seed}`, `--count=${lines}`, "--burst=20", "--pause-ms=4"),
  });
  const fatalLine = random.between(1, lines - 500);
  await waitFor(`line ${fatalLine}`, () => viewer.log.next > fatalLine);
  agent.kill("SIGKILL");
  await agent.ended();
  const seen = viewer.log.next - 1;

  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  const log = await stage.storedSoFar(task);
  expect(log.next - 1).toBeGreaterThanOrEqual(seen);
  expectNumbered(log, seed, log.texts("stdout").length);
}

/** An agent that was killed after bursts it could deliver nothing of, with the server up again. */
async function killedWithFullSpool(stage: Stage, task: string): Promise<Agent> {
  await stage.server.kill();
  const agent = stage.execute({ task, command: script("bursts-then-idle.sh") });
  await waitFor("the script's output", () => agent.stdout().endsWith("line 5000\n"));
  await waitUntilStill("the spool", () => bytesUnder(agent.spoolDir));
  agent.kill("SIGKILL");
  await agent.ended();
  await stage.server.start();
  return agent;
}

for (let seed = 1; seed <= seeds; seed += 3)
  test(`kill -9 of the agent: a flush delivers the rest of its spool, once (seeds ${seed} to ${seed + 2})`, async () => {
    await using stage = await openStage();
    await Promise.all([0, 1, 2].map((offset) => killAgentOnce(stage, seed + offset)));
  });

test("all that was captured while the server was away outlives the agent", async () => {
  await using stage = await openStage();
  const agent = await killedWithFullSpool(stage, "away");
  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  expect((await stage.storedSoFar("away")).texts("stdout")).toEqual(burstTexts);
});

test("an agent killed at full speed leaves a spool that is delivered to its last whole chunk", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("full-speed", { keepLines: false });
  const agent = stage.execute({
    task: "full-speed",
    command: ["seq", "-f", "line %.0f of many", "1", "9000000"],
  });
  await waitFor("a million lines", () => viewer.log.next > 1_000_000);
  agent.kill("SIGKILL");
  await agent.ended();
  const seen = viewer.log.next - 1;
  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  const log = await stage.stored("full-speed", { keepLines: false });
  expect(log.next - 1).toBeGreaterThanOrEqual(seen);
  const written = `${stage.directory("written")}/stdout`;
  await Bun.spawn(["seq", "-f", "line %.0f of many", "1", String(log.next - 1)], {
    stdout: Bun.file(written),
  }).exited;
  await expectBytes(log, "stdout", written);
});

test("a flush that is killed on the way is done again, and nothing is there twice", async () => {
  await using stage = await openStage();
  const agent = await killedWithFullSpool(stage, "half-flushed");
  const viewer = await stage.view("half-flushed");
  const proxy = await stage.proxy();
  // Its one connection ends in the middle of the chunks, behind what it says first.
  proxy.cutsAfterUpBytes.push(bytesOfGreeting + Bun.file(newestFile(agent.spoolDir, ".chunks")).size / 2);
  const flush = stage.flush(agent.spoolDir, proxy.url);
  await waitFor("its connection", () => proxy.connections > 0);
  proxy.isRefusing = true;
  await waitFor("a part of it", () => viewer.log.next > 1);
  flush.kill("SIGKILL");
  await flush.ended();
  expect(viewer.log.next).toBeLessThan(burstTexts.length);
  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  await viewer.ended();
  expect(viewer.log.faults).toEqual([]);
  expect(viewer.log.texts("stdout")).toEqual(burstTexts);
});

test("a bit flipped in the middle of the spool costs what stands after it there, and the log says so", async () => {
  await using stage = await openStage();
  const agent = await killedWithFullSpool(stage, "flipped");
  const file = newestFile(agent.spoolDir, ".chunks");
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 4;
  writeFileSync(file, bytes);
  await stage.flush(agent.spoolDir).ended();
  const log = await stage.storedSoFar("flipped");
  expect(log.texts("agent").join("\n")).toMatch(/damaged/);
  const texts = log.texts("stdout");
  expect(texts).toEqual(burstTexts.filter((text) => texts.includes(text)));
});

test("a torn last record is left out, and everything before it is delivered", async () => {
  await using stage = await openStage();
  const agent = await killedWithFullSpool(stage, "torn");
  const file = newestFile(agent.spoolDir, ".chunks");
  truncateSync(file, Bun.file(file).size - 3);
  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  const log = await stage.storedSoFar("torn");
  expect(log.texts("agent").join()).toMatch(/bytes at the end of the spool are damaged/);
  const texts = log.texts("stdout");
  expect(texts).toEqual(burstTexts.slice(0, texts.length));
  expect(texts.length).toBeWithin(3000, 5000);
});

test("garbage after the last record is left out, and everything before it is delivered", async () => {
  await using stage = await openStage();
  const agent = await killedWithFullSpool(stage, "garbage");
  appendFileSync(newestFile(agent.spoolDir, ".chunks"), Buffer.alloc(1000, 0xfe));
  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  expect((await stage.storedSoFar("garbage")).texts("stdout")).toEqual(burstTexts);
});

test("flush leaves the spool of a live agent alone", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("live");
  const agent = stage.execute({
    task: "live",
    command: script("numbered-lines.ts", "--count=1000", "--burst=10", "--pause-ms=10"),
  });
  await waitFor("first lines", () => viewer.log.next > 50);
  await stage.flush(agent.spoolDir).ended();
  expect((await agent.ended()).code).toBe(0);
  await viewer.ended();
  expectNumbered(viewer.log, 1, 1000);
});

test("a spool that could not be delivered is named at the end, with the script's own exit code", async () => {
  await using stage = await openStage();
  await stage.server.kill();
  const agent = stage.execute({
    task: "left",
    command: script("both-streams.sh"),
    flags: ["--drain-timeout", "1"],
  });
  expect((await agent.ended()).code).toBe(7);
  expect(agent.stderr()).toContain(agent.spoolDir);
  await stage.server.start();
  expect((await stage.flush(agent.spoolDir).ended()).code).toBe(0);
  expect((await stage.stored("left")).texts("stdout")).toEqual(["on stdout"]);
});
