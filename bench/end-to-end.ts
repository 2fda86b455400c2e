/**
 * How long does a script's output take to be durable? `cat` of 3 M lines through the built agent into the
 * built server, both on this machine's cores, until the agent has the last acknowledgement; against
 * `zstd -1` of the same file. Also: where the CPU goes, peak memory, and the bytes stored against `zstd -3`.
 *
 *     bun bench/end-to-end.ts [--lines 3000000] [--runs 5] [--viewers 0]
 */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Manifest } from "@keruta/protocol";
import { lineBytes, writeLogText } from "./log-text.ts";
import {
  cpuSeconds,
  lastReading,
  median,
  residentMiB,
  startAgent,
  startServer,
  stop,
  temporaryFolder,
} from "./processes.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "3000000" },
    runs: { type: "string", default: "5" },
    viewers: { type: "string", default: "0" },
  },
});
/** What a frame holds beside its body, at most. */
const headerBytes = 128;
const lines = Number(values.lines);
const folder = temporaryFolder();
const file = join(folder, "log.txt");
writeLogText(file, lines);

const server = await startServer(join(folder, "data"));
const measured: { zstd: number; wall: number; agentCpu: number; serverCpu: number; agentPeak: number }[] = [];
for (let run = 1; run <= Number(values.runs); run++) {
  const zstd = await zstdSeconds(1);
  const result = await once(`bench-${run}`);
  // Sealing goes on after the last acknowledgement; the next run must not share the cores with it.
  await sealed(`bench-${run}`);
  measured.push({ zstd, ...result });
  console.log(
    `run ${run}: zstd -1 ${zstd.toFixed(2)} s, end to end ${result.wall.toFixed(2)} s = ${(result.wall / zstd).toFixed(2)}x;` +
      ` CPU agent ${result.agentCpu.toFixed(2)} s, server ${result.serverCpu.toFixed(2)} s; agent peak ${result.agentPeak.toFixed(0)} MiB`,
  );
}
const ratio = median(measured.map(({ wall, zstd }) => wall / zstd));
const serverMemory = residentMiB(server.process.pid);
console.log(`median ratio ${ratio.toFixed(2)} (target 2.2)`);
console.log(
  `server resident ${serverMemory.now.toFixed(0)} MiB now, ${serverMemory.peak.toFixed(0)} MiB at its peak`,
);
console.log(`agent resident ${Math.max(...measured.map((m) => m.agentPeak)).toFixed(0)} MiB at its peak`);
await reportStoredBytes();
await stop(server.process);
rmSync(folder, { recursive: true });

async function zstdSeconds(level: number, output = "/dev/null"): Promise<number> {
  const start = performance.now();
  const { exited } = Bun.spawn(["zstd", `-${level}`, "-q", "-f", "--single-thread", file, "-o", output]);
  if ((await exited) !== 0) throw new Error("cannot run zstd: install Debian's package zstd");
  return (performance.now() - start) / 1000;
}

async function once(taskId: string) {
  const watching = Number(values.viewers) > 0 ? startViewers(taskId) : undefined;
  const serverBefore = cpuSeconds(server.process.pid);
  const start = performance.now();
  const agent = startAgent(server.url, taskId, folder, ["cat", file]);
  const usage = lastReading(agent.exited, () => ({
    cpu: cpuSeconds(agent.pid),
    peak: residentMiB(agent.pid).peak,
  }));
  if ((await agent.exited) !== 0) throw new Error("the agent failed");
  const wall = (performance.now() - start) / 1000;
  const agentUsage = await usage;
  const { summary } = await manifestOf(taskId);
  if (summary.head !== lines) throw new Error(`${summary.head} of ${lines} lines are durable`);
  await watching?.exited;
  return {
    wall,
    agentCpu: agentUsage?.cpu ?? Number.NaN,
    agentPeak: agentUsage?.peak ?? Number.NaN,
    serverCpu: cpuSeconds(server.process.pid) - serverBefore,
  };
}

function startViewers(taskId: string) {
  return Bun.spawn(
    [process.execPath, join(import.meta.dir, "viewers.ts"), server.url, taskId, String(values.viewers)],
    {
      stdout: "inherit",
      stderr: "inherit",
    },
  );
}

async function manifestOf(taskId: string): Promise<Manifest> {
  return (await (await fetch(`${server.url}/api/v1/tasks/${taskId}/attempts/1/manifest`)).json()) as Manifest;
}

async function sealed(taskId: string): Promise<Manifest> {
  const deadline = Date.now() + 60_000;
  let manifest = await manifestOf(taskId);
  while (manifest.sealedThrough < lines) {
    if (Date.now() > deadline) throw new Error("the log was not sealed within a minute");
    await Bun.sleep(200);
    manifest = await manifestOf(taskId);
  }
  return manifest;
}

async function reportStoredBytes(): Promise<void> {
  const whole = join(folder, "log.zst");
  await zstdSeconds(3, whole);
  const plain = statSync(whole).size;
  const manifest = await sealed("bench-1");
  const stored = manifest.segments.reduce((sum, { bodyBytes }) => sum + bodyBytes + headerBytes, 0);
  const raw = lines * lineBytes;
  console.log(
    `raw ${mib(raw)}, zstd -3 of the whole ${mib(plain)}, stored ${mib(stored)} in ${manifest.segments.length} segments = ${(stored / plain).toFixed(3)}x (target 1.15)`,
  );
}

function mib(bytes: number): string {
  return `${(bytes / 1048576).toFixed(1)} MiB`;
}
