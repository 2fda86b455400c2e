import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { expectNumbered } from "./harness/expect-log.ts";
import type { FaultProxy } from "./harness/fault-proxy.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { Random } from "./harness/random.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

interface Run {
  readonly proxy: FaultProxy;
  /** Lines the server has sent a viewer so far. */
  readonly seen: () => number;
  readonly scriptHasEnded: () => boolean;
}

/**
 * Runs numbered lines through a fault proxy while `disturb` does its worst, and then holds the result
 * against an undisturbed run: the script's own note, its output, its exit code, and the stored log.
 */
async function runDisturbed(stage: Stage, task: string, lines: number, disturb: (run: Run) => Promise<void>) {
  const proxy = await stage.proxy();
  const viewer = await stage.view(task);
  const record = `${stage.directory("record")}/note`;
  const agent = stage.execute({
    task,
    apiUrl: proxy.url,
    flags: ["--drain-timeout", "60"],
    command: script(
      "numbered-lines.ts",
      `--count=${lines}`,
      "--burst=10",
      "--pause-ms=5",
      `--record=${record}`,
      "--exit=3",
    ),
  });
  const scriptHasEnded = () => Bun.file(record).size > 0;
  await disturb({ proxy, seen: () => viewer.log.next - 1, scriptHasEnded });
  expect((await agent.ended(90_000)).code).toBe(3);
  expect(readFileSync(record, "utf8")).toBe(`wrote ${lines} lines\n`);
  await viewer.ended();
  expectNumbered(viewer.log, 1, lines);
  expect(agent.stdout()).toBe(
    viewer.log
      .texts("stdout")
      .map((text) => `${text}\n`)
      .join(""),
  );
  return proxy;
}

// From the first byte of the handshake over the hello into the chunks: every boundary is in here somewhere.
const offsets = [
  0, 1, 17, 120, 200, 230, 260, 300, 340, 380, 420, 460, 500, 550, 600, 700, 850, 1000, 1500, 2500,
];

for (let at = 0; at < offsets.length; at += 4)
  test(`cut after ${offsets.slice(at, at + 4).join(", ")} bytes`, async () => {
    await using stage = await openStage();
    const cuts = offsets.slice(at, at + 4).map((offset) =>
      runDisturbed(stage, `cut-${offset}`, 300, async ({ proxy }) => {
        proxy.cutsAfterUpBytes.push(offset, offset + 1);
        await waitFor("the cuts", () => proxy.connections > 2);
      }),
    );
    await Promise.all(cuts);
  });

test("cut again and again at random places", async () => {
  await using stage = await openStage();
  const random = new Random(4);
  await runDisturbed(stage, "cuts", 2000, async ({ proxy, scriptHasEnded }) => {
    for (let i = 0; i < 200; i++) proxy.cutsAfterUpBytes.push(random.between(400, 9000));
    await waitFor("the script's end", scriptHasEnded);
    proxy.cutsAfterUpBytes.length = 0;
  });
});

test("reset in the middle", async () => {
  await using stage = await openStage();
  await runDisturbed(stage, "reset", 1500, async ({ proxy, seen }) => {
    for (const line of [100, 400, 700]) {
      await waitFor(`line ${line}`, () => seen() >= line);
      proxy.resetAll();
    }
  });
});

test("stalled in the middle (half-open), then going on", async () => {
  await using stage = await openStage();
  await runDisturbed(stage, "stall", 1000, async ({ proxy, seen, scriptHasEnded }) => {
    await waitFor("some lines", () => seen() >= 100);
    proxy.up.isStalled = proxy.down.isStalled = true;
    await waitFor("the script to end meanwhile", scriptHasEnded);
    proxy.up.isStalled = proxy.down.isStalled = false;
  });
});

test("slow, late and in slices", async () => {
  await using stage = await openStage();
  await runDisturbed(stage, "slow", 500, async ({ proxy }) => {
    Object.assign(proxy.up, { latencyMs: 2, bytesPerSecond: 50_000, sliceBytes: 500 });
    Object.assign(proxy.down, { latencyMs: 2, sliceBytes: 7 });
  });
});

test("acks lost on the way: what was stored is not stored again", async () => {
  await using stage = await openStage();
  await runDisturbed(stage, "acks-lost", 1500, async ({ proxy, seen }) => {
    for (const line of [100, 500, 900]) {
      await waitFor(`line ${line}`, () => seen() >= line);
      proxy.down.isSwallowing = true;
      await waitFor("lines stored without an ack", () => seen() >= line + 100);
      proxy.cutAll();
      proxy.down.isSwallowing = false;
    }
  });
});

test("the server refuses connections for a while", async () => {
  await using stage = await openStage();
  await runDisturbed(stage, "refused", 1000, async ({ proxy, seen, scriptHasEnded }) => {
    await waitFor("some lines", () => seen() >= 100);
    proxy.isRefusing = true;
    proxy.resetAll();
    await waitFor("the script to end meanwhile", scriptHasEnded);
    proxy.isRefusing = false;
  });
});
