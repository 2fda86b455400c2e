import { expect } from "bun:test";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { JsonPeer } from "./harness/json-peer.ts";
import { test } from "./harness/process-test.ts";
import { Program } from "./harness/program.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const totalBytes = 200_000_000;
const mebibyte = 2 ** 20;
/** A queue for one stalled viewer alone would be several times this: in JSON a log is much longer. */
const maxGrowthBytes = 128 * mebibyte;

const counting = join(import.meta.dir, "websocket-clients/counting-viewer.ts");

function countingViewer(stage: Stage, task: string): Program {
  const url = `${stage.server.url.replace("http", "ws")}/ws/tasks/${task}`;
  return new Program([process.execPath, counting, url], { dir: stage.directory("viewer") });
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const block of createReadStream(path)) hash.update(block as Buffer);
  return hash.digest("hex");
}

function resultOf(viewer: Program) {
  return JSON.parse(viewer.stdout().trim().split("\n").at(-1)!);
}

test("200 MB pass JSON viewers that have stopped reading: the server does not grow, and they get every line later", async () => {
  await using stage = await openStage();
  const line = `line %.0f of a large log, ${"with some text in it, ".repeat(8)}as builds print it`;
  const command = ["sh", "-c", `seq -f '${line}' 1 9000000 | head -c ${totalBytes}`];
  await using live = countingViewer(stage, "long");
  const stalled = Array.from({ length: 3 }, () => countingViewer(stage, "long"));
  for (const viewer of [live, ...stalled])
    await waitFor("to be subscribed", () => viewer.stdout().startsWith("subscribed"));
  const agent = stage.execute({ task: "long", command });
  for (const viewer of stalled) viewer.kill("SIGSTOP");
  const before = stage.server.program.memory();
  expect((await agent.ended(120_000)).code).toBe(0);
  expect((await live.ended(120_000)).code).toBe(0);
  const digest = await sha256(agent.stdoutPath);
  expect(resultOf(live)).toMatchObject({ faults: 0, sha256: digest });
  expect(stage.server.program.memory().peakBytes - before.residentBytes).toBeLessThan(maxGrowthBytes);

  for (const viewer of stalled) viewer.kill("SIGCONT");
  for (const viewer of stalled) {
    expect((await viewer.ended(120_000)).code).toBe(0);
    expect(resultOf(viewer)).toEqual(resultOf(live));
  }
  expect(stage.server.program.memory().peakBytes - before.residentBytes).toBeLessThan(maxGrowthBytes);
});

test("a producer that sends faster than can be stored has to wait: nothing is dropped, and the server does not grow", async () => {
  await using stage = await openStage();
  const before = stage.server.program.memory();
  await using peer = await JsonPeer.open(stage.server.url, "/ws/tasks/flood");
  const message = "y".repeat(1_000);
  const count = 100_000;
  for (let number = 1; number <= count; number++)
    peer.send({ type: "log", source: "stdout", level: "INFO", message: `${number} ${message}` });
  peer.send({ type: "logs", firstSeq: count + 1, logs: [{ level: "INFO", message: "last" }] });
  expect(await peer.got("ack")).toMatchObject({ lastSeq: count + 1, lastSequence: count + 1 });
  expect(peer.all("error")).toEqual([]);
  expect(stage.server.program.memory().peakBytes - before.residentBytes).toBeLessThan(maxGrowthBytes);
  const log = await stage.storedSoFar("flood");
  const expected = Array.from({ length: count }, (_, index) => index + 1);
  expect(log.texts("stdout").map((text) => Number.parseInt(text, 10))).toEqual(expected);
});
