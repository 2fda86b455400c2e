import { expect } from "bun:test";
import type { Agent } from "./harness/agent.ts";
import { compareNumbered } from "./harness/expect-log.ts";
import { bytesUnder } from "./harness/files.ts";
import { numberOf } from "./harness/numbered-line.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import type { ReceivedLog } from "./harness/received-log.ts";
import { withSmallDisk } from "./harness/small-disk.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor, waitUntilStill } from "./harness/wait-for.ts";

// Compressed, this is several times what the disk and the agent's memory may hold together.
const lines = 200_000;
const command = script("numbered-lines.ts", `--count=${lines}`, "--burst=500");

/** Lines the log says were dropped, over all of its marks. */
function droppedByItsOwnWord(log: ReceivedLog): number {
  const marks = log.texts("agent").filter((text) => /dropped|missing/i.test(text));
  return marks.reduce(
    (total, text) => total + Number(text.match(/(\d[\d,]*) lines?/)?.[1]?.replaceAll(",", "") ?? 0),
    0,
  );
}

/** What the agent said of its own while it ran, that was dropped with the lines around it. */
function ownLinesDropped(log: ReceivedLog, agent: Agent): number {
  const said = agent.stderr().match(/the spool can/g)?.length ?? 0;
  return said - log.texts("agent").filter((text) => text.startsWith("the spool can")).length;
}

/** What is there is whole and in order, and what is not there is as much as the log says. */
function expectAccountedFor(log: ReceivedLog, agent: Agent): void {
  expect(log.faults).toEqual([]);
  const texts = log.texts("stdout");
  const { doubled, reordered, corrupted } = compareNumbered(texts, 1, lines);
  expect({ doubled, reordered, corrupted }).toEqual({ doubled: 0, reordered: 0, corrupted: [] });
  expect(droppedByItsOwnWord(log)).toBeGreaterThan(0);
  expect(texts.length + droppedByItsOwnWord(log)).toBe(lines + ownLinesDropped(log, agent));
}

async function runAgainstNoServer(
  stage: Stage,
  task: string,
  flags: string[],
  disk?: string,
): Promise<Agent> {
  await stage.server.kill();
  return stage.execute({
    task,
    command,
    flags: [...flags, "--drain-timeout", "60"],
    ...(disk === undefined ? {} : { spoolDir: disk, under: withSmallDisk(disk, 1_000_000) }),
  });
}

test("spool cap with `block`: the script waits, and nothing is missing", async () => {
  await using stage = await openStage();
  const flags = ["--spool-max-bytes", "1000000", "--spool-policy", "block"];
  const agent = await runAgainstNoServer(stage, "block", flags);
  await waitFor("the spool to fill", () => bytesUnder(agent.spoolDir) > 500_000);
  await waitUntilStill("the script's output", () => agent.stdout().length, 1000);
  expect(numberOf(agent.stdout().trimEnd().split("\n").at(-1)!)).toBeLessThan(lines);
  expect(bytesUnder(agent.spoolDir)).toBeLessThan(2_000_000);
  await stage.server.start();
  expect((await agent.ended(90_000)).code).toBe(0);
  const log = await stage.stored("block");
  expect(compareNumbered(log.texts("stdout"), 1, lines)).toEqual(compareNumbered([], 1, 0));
});

test("spool cap with `drop-oldest`: the script never waits, and the log says exactly how many lines are missing", async () => {
  await using stage = await openStage();
  const flags = ["--spool-max-bytes", "1000000", "--spool-policy", "drop-oldest"];
  const agent = await runAgainstNoServer(stage, "drop", flags);
  await waitFor("the script to end without a server", () => agent.stdout().includes(`\n${lines} `));
  expect(bytesUnder(agent.spoolDir)).toBeLessThan(2_000_000);
  await stage.server.start();
  expect((await agent.ended(90_000)).code).toBe(0);
  const log = await stage.stored("drop");
  expectAccountedFor(log, agent);
  expect(numberOf(log.texts("stdout").at(-1)!)).toBe(lines);
});

test("a full disk with `block`: the script waits, and nothing is missing", async () => {
  await using stage = await openStage();
  const disk = stage.directory("disk");
  const agent = await runAgainstNoServer(stage, "full-block", ["--spool-policy", "block"], disk);
  await waitUntilStill("the script's output", () => agent.stdout().length, 1500);
  await stage.server.start();
  expect((await agent.ended(90_000)).code).toBe(0);
  const log = await stage.stored("full-block");
  expect(compareNumbered(log.texts("stdout"), 1, lines)).toEqual(compareNumbered([], 1, 0));
});

test("a full disk with `drop-oldest`: the log says exactly how many lines are missing", async () => {
  await using stage = await openStage();
  const disk = stage.directory("disk");
  const agent = await runAgainstNoServer(stage, "full-drop", ["--spool-policy", "drop-oldest"], disk);
  await waitFor("the script to end without a server", () => agent.stdout().includes(`\n${lines} `));
  await stage.server.start();
  expect((await agent.ended(90_000)).code).toBe(0);
  expectAccountedFor(await stage.stored("full-drop"), agent);
});
