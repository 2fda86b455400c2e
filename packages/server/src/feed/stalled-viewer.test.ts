import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openFrame, renumberFrame } from "@keruta/protocol";
import { makeFrame } from "../testing/make-frame.ts";
import { openStalledViewer } from "../testing/stalled-viewer.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { TestClient } from "../testing/test-client.ts";

const chunks = 1_000;
const linesAChunk = 20;

/** Text that hardly compresses, so that many megabytes do pass. */
function noisyFrame(): Uint8Array {
  const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(7_500))).toString("base64");
  return makeFrame(1, linesAChunk, { text: noise });
}

function residentBytes(pid: number): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
  return Number(kib) * 1024;
}

test("viewers that do not read cost no memory, slow nobody, and lose nothing when they come back", async () => {
  const program = join(import.meta.dir, "../testing/run-server.ts");
  const server = Bun.spawn([process.execPath, program, temporaryFolder()], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await server.stdout.getReader().read();
  const url = new TextDecoder().decode(value).trim();

  const { agent } = await TestClient.agent(url, "task", "run");
  const frame = noisyFrame();
  let sent = 0;
  const send = async (count: number) => {
    for (const last = sent + count; sent < last; sent++) {
      agent.sendChunk(renumberFrame(frame, sent * linesAChunk + 1));
      const behind = () => sent - (agent.all("ack").at(-1)?.sequence ?? 0) / linesAChunk;
      if (behind() >= 16) await agent.until(() => behind() < 16);
    }
    await agent.waitFor("ack", ({ sequence }) => sequence === sent * linesAChunk);
  };
  const stalled = await Promise.all(Array.from({ length: 10 }, () => openStalledViewer(url, "task")));
  const healthy = await TestClient.open(url, "/ws/tasks/task");
  let next = 1;
  healthy.socket.addEventListener("message", () => {
    // The chunks themselves are let go, so that this process stays small too.
    for (const { chunk } of healthy.all("chunk")) {
      const { firstSequence, lineCount } = openFrame(chunk).header;
      if (firstSequence <= next) next = Math.max(next, firstSequence + lineCount);
    }
    healthy.messages.length = 0;
  });
  healthy.send({ type: "subscribe", protocol: 1 });

  await send(chunks / 5);
  const early = residentBytes(server.pid);
  await send((chunks * 4) / 5);
  await healthy.until(() => next === chunks * linesAChunk + 1);
  const passed = (frame.length * chunks * 4) / 5;
  const grown = residentBytes(server.pid) - early;
  // Ten queues of what passed would be ten times this; one alone would show.
  expect(passed).toBeGreaterThan(80 * 1024 * 1024);
  expect(grown).toBeLessThan(passed / 2);

  for (const socket of stalled) socket.destroy();
  const back = await TestClient.open(url, "/ws/tasks/task");
  back.send({ type: "subscribe", protocol: 1, from: chunks * linesAChunk - 100 });
  await back.until(
    () =>
      back
        .lines()
        .at(-1)
        ?.startsWith(`${chunks * linesAChunk} `) === true,
  );
  server.kill("SIGTERM");
  expect(await server.exited).toBe(0);
}, 60_000);
