import { expect } from "bun:test";
import { expectNumbered } from "./harness/expect-log.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const flowing = (lines: number) =>
  script("numbered-lines.ts", `--count=${lines}`, "--burst=10", "--pause-ms=5");

test("before the first line, in the middle, after the end and twice: every viewer sees every line once", async () => {
  await using stage = await openStage();
  const viewers = [await stage.view("joins"), await stage.view("joins")];
  const agent = stage.execute({ task: "joins", command: flowing(1500) });
  for (const line of [1, 300, 301, 700, 1200]) {
    await waitFor(`line ${line}`, () => viewers[0]!.log.next > line);
    viewers.push(await stage.view("joins"));
  }
  expect((await agent.ended()).code).toBe(0);
  viewers.push(await stage.view("joins"), await stage.view("joins", { attempt: 1 }));
  for (const viewer of viewers) {
    expect(await viewer.ended()).toMatchObject({ state: "COMPLETED", exitCode: 0, head: 1500 });
    expectNumbered(viewer.log, 1, 1500);
  }
});

test("a viewer that leaves and comes back, over and over, misses and repeats nothing", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("returns");
  const agent = stage.execute({ task: "returns", command: flowing(1500) });
  for (const line of [1, 200, 450, 800, 1100]) {
    await waitFor(`line ${line}`, () => viewer.log.next > line);
    viewer.disconnect();
    await viewer.connect();
  }
  expect((await agent.ended()).code).toBe(0);
  await viewer.ended();
  expectNumbered(viewer.log, 1, 1500);
});

test("a viewer behind a network that is cut, cut again and slow sees every line once", async () => {
  await using stage = await openStage();
  const proxy = await stage.proxy();
  const viewer = await stage.view("far", { url: proxy.url });
  proxy.down.sliceBytes = 100;
  const agent = stage.execute({ task: "far", command: flowing(1500) });
  for (const line of [1, 300, 600, 900]) {
    await waitFor(`line ${line}`, () => viewer.log.next > line);
    proxy.cutAll();
  }
  expect((await agent.ended()).code).toBe(0);
  await viewer.ended();
  expectNumbered(viewer.log, 1, 1500);
});

test("a viewer may begin at a line in the middle", async () => {
  await using stage = await openStage();
  expect((await stage.execute({ task: "part", command: ["seq", "1", "5000"] }).ended()).code).toBe(0);
  const log = await stage.stored("part", { from: 4321 });
  expect(log.faults).toEqual([]);
  expect(log.texts()).toEqual(Array.from({ length: 680 }, (_, i) => String(4321 + i)));
});

test("a viewer of a task that nobody has run yet is told of the attempt when it begins", async () => {
  await using stage = await openStage();
  const viewer = await stage.view("not-yet");
  expect(viewer.log.next).toBe(1);
  stage.execute({ task: "not-yet", command: ["echo", "here"] });
  await viewer.ended();
  expect(viewer.log.texts("stdout")).toEqual(["here"]);
});
