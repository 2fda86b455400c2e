import { expect } from "bun:test";
import { expectNumbered } from "./harness/expect-log.ts";
import { JsonPeer } from "./harness/json-peer.ts";
import { numberOf } from "./harness/numbered-line.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

const total = 3_000;

/** Follows the task, and comes back behind the last line it has, whenever it is cut off, until it has all lines. */
async function followToTheEnd(stage: Stage, task: string): Promise<number[]> {
  const numbers: number[] = [];
  while (numbers.length < total) {
    const options = { attempt: 1, afterSequence: numbers.length };
    const peer = await JsonPeer.viewer(stage.server.url, task, options).catch(() => undefined);
    if (peer === undefined) {
      await Bun.sleep(20);
      continue;
    }
    const isDone = () => peer.closeCode !== undefined || numbers.length + peer.all("log").length >= total;
    await waitFor("lines, or to be cut off", isDone, 60_000);
    numbers.push(...peer.all("log").map(({ message }) => numberOf(message as string)));
    peer.socket.terminate();
  }
  return numbers;
}

test("a viewer that resumes over restarts and kills of the server misses no line and sees none twice", async () => {
  await using stage = await openStage();
  const command = script("numbered-lines.ts", `--count=${total}`, "--burst=10", "--pause-ms=10");
  const agent = stage.execute({ task: "resumed", command });
  await waitFor("the attempt", async () => (await fetch(`${stage.server.url}/api/v1/tasks/resumed`)).ok);
  const following = followToTheEnd(stage, "resumed");
  for (const end of ["stop", "kill", "stop"] as const) {
    await Bun.sleep(400);
    await stage.server[end]();
    await stage.server.start();
  }
  expect((await agent.ended()).code).toBe(0);
  expect(await following).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  expectNumbered(await stage.stored("resumed"), 1, total);
});

test("batches sent again over kills of the server, until they are acknowledged, are stored once", async () => {
  await using stage = await openStage();
  const batch = (firstSeq: number) => ({
    type: "logs",
    runId: "batches",
    firstSeq,
    logs: Array.from({ length: 10 }, (_, index) => ({ level: "INFO", message: `${firstSeq + index}` })),
  });
  let acknowledged = 0;
  for (let life = 1; life <= 3; life++) {
    await using peer = await JsonPeer.open(stage.server.url, "/ws/tasks/batches");
    for (let firstSeq = acknowledged + 1; firstSeq <= 1_000 * life; firstSeq += 10)
      peer.send(batch(firstSeq));
    await waitFor("some of it to be acknowledged", () => peer.all("ack").length > 20);
    if (life < 3) await stage.server.kill();
    else await peer.got("ack", ({ lastSeq }) => lastSeq === 3_000);
    acknowledged = Math.max(...peer.all("ack").map(({ lastSeq }) => lastSeq as number));
    if (life < 3) await stage.server.start();
  }
  const log = await stage.storedSoFar("batches");
  expect(log.texts()).toEqual(Array.from({ length: 3_000 }, (_, index) => `${index + 1}`));
});

test("what a producer without acknowledgements has sent before the server stops is stored", async () => {
  await using stage = await openStage();
  await using peer = await JsonPeer.open(stage.server.url, "/ws/tasks/stopped");
  for (let number = 1; number <= 5_000; number++)
    peer.send({ type: "log", level: "INFO", message: `${number}` });
  peer.send({ type: "ping" });
  // Everything before the ping has been received; not all of it can be stored by now.
  await peer.got("pong");
  expect((await stage.server.stop()).code).toBe(0);
  await stage.server.start();
  const log = await stage.storedSoFar("stopped");
  expect(log.texts()).toEqual(Array.from({ length: 5_000 }, (_, index) => `${index + 1}`));
});
