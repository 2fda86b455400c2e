import { expect } from "bun:test";
import { expectBytes } from "./harness/expect-log.ts";
import { test } from "./harness/process-test.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const totalBytes = 200_000_000;
const mebibyte = 2 ** 20;
// What the allocator may hold on to between two samples; a queue for the stalled viewer would be ten times this.
const maxGrowthBytes = 64 * mebibyte;
const command = [
  "sh",
  "-c",
  `seq -f 'line %.0f of a large log, with a little text in it' 1 9000000 | head -c ${totalBytes}`,
];

test("200 MB pass a stalled viewer: the others see no delay, the server does not grow, and it catches up", async () => {
  await using stage = await openStage();
  const stalled = await stage.view("large", { keepLines: false });
  const live = await stage.view("large", { keepLines: false });
  const agent = stage.execute({ task: "large", command });
  await waitFor("first lines", () => stalled.log.next > 1000);
  stalled.stall();
  await waitFor("a tenth of it", () => live.log.byteCount("stdout") > totalBytes / 10, 60_000);
  const before = stage.server.program.memory();

  await live.ended(120_000);
  expect((await agent.ended()).code).toBe(0);
  const after = stage.server.program.memory();
  expect(stalled.log.byteCount("stdout")).toBeLessThan(totalBytes / 10);
  expect(after.peakBytes - before.residentBytes).toBeLessThan(maxGrowthBytes);
  await expectBytes(live.log, "stdout", agent.stdoutPath);

  stalled.resume();
  await stalled.ended(120_000);
  await expectBytes(stalled.log, "stdout", agent.stdoutPath);
  expect(stage.server.program.memory().peakBytes - before.residentBytes).toBeLessThan(maxGrowthBytes);
});

test("fifty viewers that never acknowledge cost the server a window each, not the log", async () => {
  await using stage = await openStage();
  const small = ["sh", "-c", "seq -f 'line %.0f of a log' 1 2000000 | head -c 30000000"];
  expect((await stage.execute({ task: "many", command: small }).ended(60_000)).code).toBe(0);
  await stage.server.stop();
  await stage.server.start();
  const before = stage.server.program.memory();
  const viewers = await Promise.all(
    Array.from({ length: 50 }, () => stage.view("many", { keepLines: false })),
  );
  for (const viewer of viewers) viewer.stall();
  await stage.stored("many", { keepLines: false });
  expect(stage.server.program.memory().peakBytes - before.residentBytes).toBeLessThan(maxGrowthBytes);
});
