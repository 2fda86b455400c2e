import { expect } from "bun:test";
import { expectBytes, expectNumbered } from "./harness/expect-log.ts";
import { frameOf } from "./harness/frames.ts";
import { numberedLine } from "./harness/numbered-line.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { Random } from "./harness/random.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const seeds = 20;
const lines = 1500;
const linesAFrame = 10;

/** Sends frame after frame until the server dies under it; gives back the last sequence acknowledged. */
async function produceUntilKilled(stage: Stage, seed: number): Promise<() => number> {
  const producer = await stage.produce(`acks-${seed}`);
  await producer.welcomed();
  const loop = async () => {
    for (let first = 1; ; first += linesAFrame) {
      const texts = Array.from({ length: linesAFrame }, (_, i) => numberedLine(seed, first + i));
      await producer.send(frameOf(texts, first));
      await producer.acknowledgedThrough(first + linesAFrame - 1);
    }
  };
  loop().catch(() => {});
  await waitFor("a first ack", () => producer.acknowledged > 0);
  return () => producer.acknowledged;
}

/** What is stored of the producer's attempt, which nobody ended: its head, and its lines up to there. */
async function expectAcknowledgedStored(stage: Stage, seed: number, acknowledged: number): Promise<void> {
  const log = await stage.storedSoFar(`acks-${seed}`);
  expect(log.next - 1).toBeGreaterThanOrEqual(acknowledged);
  expectNumbered(log, seed, log.next - 1);
}

async function killOnce(seed: number): Promise<void> {
  await using stage = await openStage();
  const random = new Random(seed);
  const task = `killed-${seed}`;
  const [early, acknowledged] = [await stage.view(task), await produceUntilKilled(stage, seed)];
  const agent = stage.execute({
    task,
    command: script("numbered-lines.ts", `--seed=${seed}`, `--count=${lines}`, "--burst=10", "--pause-ms=4"),
  });
  const fatalLine = random.between(1, lines - 200);
  await waitFor(`line ${fatalLine}`, () => early.log.next > fatalLine);
  const late = await stage.view(task);
  await stage.server.kill();
  const acknowledgedBefore = acknowledged();
  await Bun.sleep(random.between(0, 300));
  await stage.server.start();

  expect((await agent.ended()).code).toBe(0);
  for (const viewer of [early, late]) {
    await viewer.ended();
    expectNumbered(viewer.log, seed, lines);
  }
  expectNumbered(await stage.stored(task), seed, lines);
  await expectAcknowledgedStored(stage, seed, acknowledgedBefore);
}

for (let seed = 1; seed <= seeds; seed += 2)
  test(`kill -9 of the server while lines flow loses and repeats nothing (seeds ${seed} and ${seed + 1})`, async () => {
    await Promise.all([killOnce(seed), killOnce(seed + 1)]);
  });

test("a server killed again and again still ends with every line once", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("again");
  const agent = stage.execute({
    task: "again",
    command: script("numbered-lines.ts", "--count=3000", "--burst=10", "--pause-ms=5"),
  });
  for (let kill = 1; kill <= 4; kill++) {
    const next = viewer.log.next;
    await waitFor("new lines", () => viewer.log.next > next);
    await stage.server.kill();
    await stage.server.start();
  }
  expect((await agent.ended()).code).toBe(0);
  await viewer.ended();
  expectNumbered(viewer.log, 1, 3000);
});

test("a server killed at full speed, while it seals, still ends with every byte", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("full-speed", { keepLines: false });
  const agent = stage.execute({
    task: "full-speed",
    command: ["seq", "-f", "line %.0f of many", "1", "3000000"],
  });
  for (const line of [100_000, 900_000, 1_700_000]) {
    await waitFor(`line ${line}`, () => viewer.log.next > line);
    await stage.server.kill();
    await stage.server.start();
  }
  expect((await agent.ended(120_000)).code).toBe(0);
  await viewer.ended();
  await expectBytes(viewer.log, "stdout", agent.stdoutPath);
  await expectBytes(await stage.stored("full-speed", { keepLines: false }), "stdout", agent.stdoutPath);
});

test("a server killed while the script ends still learns the end, and every line before it", async () => {
  await using stage = await openStage();
  for (let delayMs = 0; delayMs < 50; delayMs += 5) {
    const task = `end-${delayMs}`;
    const agent = stage.execute({ task, command: script("numbered-lines.ts", "--count=200", "--exit=3") });
    await waitFor("the last line", () => agent.stdout().includes("\n200 "));
    await Bun.sleep(delayMs);
    await stage.server.kill();
    await stage.server.start();
    expect((await agent.ended()).code).toBe(3);
    const viewer = await stage.view(task);
    expect(await viewer.ended()).toMatchObject({ state: "FAILED", exitCode: 3, head: 200 });
    expectNumbered(viewer.log, 1, 200);
  }
});

test("a graceful stop moves agent and viewers without a gap", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("graceful");
  const agent = stage.execute({
    task: "graceful",
    command: script("numbered-lines.ts", "--count=2000", "--burst=10", "--pause-ms=5"),
  });
  await waitFor("first lines", () => viewer.log.next > 100);
  expect((await stage.server.stop()).code).toBe(0);
  await stage.server.start();
  expect((await agent.ended()).code).toBe(0);
  await viewer.ended();
  expectNumbered(viewer.log, 1, 2000);
});

test("a frozen server (SIGSTOP) is waited for", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("frozen");
  const agent = stage.execute({
    task: "frozen",
    command: script("numbered-lines.ts", "--count=1000", "--burst=10", "--pause-ms=3"),
  });
  await waitFor("first lines", () => viewer.log.next > 100);
  stage.server.program.kill("SIGSTOP");
  await waitFor("the script to write on meanwhile", () => agent.stdout().includes("\n1000 "));
  stage.server.program.kill("SIGCONT");
  expect((await agent.ended()).code).toBe(0);
  await viewer.ended();
  expectNumbered(viewer.log, 1, 1000);
});
