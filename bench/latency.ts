/**
 * From print to viewer: a script prints lines that carry their own time; a native viewer on the same
 * machine takes the difference when it has decoded the line. Idle: one line at a time. Busy: 50,000 lines/s.
 *
 *     bun bench/latency.ts [--seconds 10]
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { zstdDecompressSync } from "node:zlib";
import {
  decodeLines,
  decodeServerMessage,
  encodeMessage,
  openFrame,
  protocolVersion,
  type ServerMessage,
  subprotocol,
} from "@keruta/protocol";
import { percentile, residentMiB, startAgent, startServer, stop, temporaryFolder } from "./processes.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "10" } } });
const seconds = Number(values.seconds);
const printer = join(import.meta.dir, "printer.ts");
const folder = temporaryFolder();
const server = await startServer(join(folder, "data"));

await measure("one line every 20 ms on an idle system", "idle", 1, 20, "p50 < 5 ms, p99 < 20 ms");
await measure("50,000 lines/s", "busy", 50, 1, "p99 < 60 ms");
await stop(server.process);
rmSync(folder, { recursive: true });

async function measure(title: string, taskId: string, linesAtOnce: number, everyMs: number, target: string) {
  const total = Math.round((seconds * 1000) / everyMs) * linesAtOnce;
  const agent = startAgent(server.url, taskId, folder, [
    "bun",
    printer,
    String(total),
    String(linesAtOnce),
    String(everyMs),
  ]);
  const delaysMs = await view(taskId);
  const memory = residentMiB(agent.pid).now;
  await agent.exited;
  if (delaysMs.length !== total) throw new Error(`${delaysMs.length} of ${total} lines seen`);
  const [p50, p99, max] = [50, 99, 100].map((rank) => percentile(delaysMs, rank).toFixed(2));
  console.log(
    `${title}: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms over ${total} lines (target ${target}); agent ${memory.toFixed(0)} MiB`,
  );
}

/** Follows until the end; milliseconds from print to decoded, a line each. */
function view(taskId: string): Promise<number[]> {
  const delaysMs: number[] = [];
  let taken = 0;
  return new Promise((done, fail) => {
    const connect = () => {
      const socket = new WebSocket(`${server.url.replace(/^http/, "ws")}/ws/tasks/${taskId}`, subprotocol);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => socket.send(encodeMessage({ type: "subscribe", protocol: protocolVersion }));
      socket.onmessage = ({ data }) => {
        const message = decodeServerMessage(new Uint8Array(data as ArrayBuffer));
        if (message.type === "chunk") {
          taken += message.chunk.length;
          socket.send(encodeMessage({ type: "ack", bytes: taken }));
          record(message, delaysMs);
        } else if (message.type === "ping") socket.send(encodeMessage({ type: "pong" }));
        else if (message.type === "error" && message.code === "TASK_NOT_FOUND") setTimeout(connect, 20);
        else if (message.type === "error") fail(new Error(message.message));
        else if (message.type === "end") {
          done(delaysMs);
          socket.close();
        }
      };
    };
    connect();
  });
}

function record(message: Extract<ServerMessage, { type: "chunk" }>, delaysMs: number[]): void {
  const block = decodeLines(openFrame(message.chunk), (body, maxOutputLength) =>
    zstdDecompressSync(body, { maxOutputLength }),
  );
  const nowMs = performance.timeOrigin + performance.now();
  for (let i = 0; i < block.lineCount; i++) {
    const text = Buffer.from(block.textBytes(i)).toString();
    delaysMs.push(nowMs - Number(text.split(" ")[1]));
  }
}
