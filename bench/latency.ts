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
import { decodeLines, linesOf, openFrame } from "@keruta/protocol";
import { viewToEnd } from "./native-viewer.ts";
import {
  lastReading,
  percentile,
  residentMiB,
  startAgent,
  startServer,
  stop,
  temporaryFolder,
} from "./processes.ts";

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
    process.execPath,
    printer,
    String(total),
    String(linesAtOnce),
    String(everyMs),
  ]);
  const delaysMs: number[] = [];
  const memory = lastReading(agent.exited, () => residentMiB(agent.pid).now);
  await viewToEnd(server.url, taskId, (frame) => delaysMs.push(...delaysOf(frame)));
  await agent.exited;
  if (delaysMs.length !== total) throw new Error(`${delaysMs.length} of ${total} lines seen`);
  const [p50, p99, max] = [50, 99, 100].map((rank) => percentile(delaysMs, rank).toFixed(2));
  console.log(
    `${title}: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms over ${total} lines (target ${target}); agent ${(await memory)?.toFixed(0)} MiB`,
  );
}

/** Milliseconds from print to decoded, a line each. */
function delaysOf(frame: Uint8Array): number[] {
  const block = decodeLines(openFrame(frame), (body, maxOutputLength) =>
    zstdDecompressSync(body, { maxOutputLength }),
  );
  const nowMs = performance.timeOrigin + performance.now();
  return Array.from(linesOf(block), ({ text }) => nowMs - Number(text.split(" ")[1]));
}
