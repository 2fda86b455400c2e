import { expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { makeFrame } from "../testing/make-frame.ts";
import { TestClient } from "../testing/test-client.ts";
import { startTestServer } from "../testing/test-server.ts";

const chunks = 300;
const linesAChunk = 100;

/** A raw socket that has subscribed to all of a task: a WebSocket client would read and answer pings by itself. */
async function rawViewer(serverUrl: string, taskId: string): Promise<Socket> {
  const { hostname, port } = new URL(serverUrl);
  const socket = connect(Number(port), hostname);
  const headers = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const request = [`GET /ws/tasks/${taskId} HTTP/1.1`, `Host: ${hostname}:${port}`, ...headers, key, "\r\n"];
  socket.write(request.join("\r\n"));
  await new Promise((resolve) => socket.once("data", resolve));
  const payload = Buffer.from(JSON.stringify({ type: "subscribe", options: { afterSequence: 0 } }));
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  return socket;
}

/** Reads on until the last line has come; answers how many came. */
async function countLines(socket: Socket): Promise<number> {
  let text = "";
  let count = 0;
  for await (const bytes of socket) {
    text += (bytes as Buffer).toString("latin1");
    const messages = text.split('{"type":"log"');
    count += messages.length - 1;
    text = messages.at(-1)!.slice(-100);
    if (count === chunks * linesAChunk) break;
  }
  return count;
}

test("a viewer that reads nothing for longer than a silent peer may is still there, and gets every line", async () => {
  const tuning = { pingIntervalMs: 50, silenceTimeoutMs: 500 };
  const { url } = await startTestServer({ tuning });
  const { agent } = await TestClient.agent(url, "stalled", "run");
  const stalled = await rawViewer(url, "stalled");
  stalled.pause();
  const quick = await TestClient.open(url, "/ws/tasks/stalled");
  quick.send({ type: "subscribe", protocol: 1 });
  const text = (sequence: number) => `${sequence} ${"s".repeat(1_000)}`;
  for (let chunk = 0; chunk < chunks; chunk++) {
    agent.sendChunk(makeFrame(chunk * linesAChunk + 1, linesAChunk, { text }));
    if (chunk % 10 === 9) await agent.waitFor("ack", ({ sequence }) => sequence >= (chunk - 5) * linesAChunk);
  }
  const pings = quick.all("ping").length;
  await quick.until(() => quick.all("ping").length >= pings + 20);
  expect(await countLines(stalled)).toBe(chunks * linesAChunk);
  stalled.destroy();
}, 30_000);
