/**
 * What does keeping secrets out of a log cost? `cat` of a log that holds none of them through the built agent into the
 * built server, until all of it is durable, by turns with 200 secrets of 16 to 64 characters in the environment and
 * with none.
 *
 *     bun bench/masking.ts [--lines 3000000] [--runs 9]
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeLogText } from "./log-text.ts";
import {
  cpuSeconds,
  lastReading,
  median,
  startAgent,
  startServer,
  stop,
  temporaryFolder,
} from "./processes.ts";

const { values } = parseArgs({
  options: { lines: { type: "string", default: "3000000" }, runs: { type: "string", default: "9" } },
});
const secretCount = 200;
/** Sealing goes on after the last acknowledgement; the next run must not share the cores with it. */
const quietMs = 1_500;

const folder = temporaryFolder();
const file = join(folder, "log.txt");
writeLogText(file, Number(values.lines));
const server = await startServer(join(folder, "data"));
const measured: { throughput: number; cpu: number }[] = [];
await once("warm-up", {});
for (let run = 1; run <= Number(values.runs); run++) {
  const plain = await once(`plain-${run}`, {});
  const masked = await once(`masked-${run}`, secrets());
  measured.push({ throughput: plain.wall / masked.wall, cpu: masked.cpu / plain.cpu });
  console.log(
    `run ${run}: without ${plain.wall.toFixed(2)} s (CPU of the agent ${plain.cpu.toFixed(2)} s), ` +
      `with ${secretCount} secrets ${masked.wall.toFixed(2)} s (${masked.cpu.toFixed(2)} s)`,
  );
}
const throughput = median(measured.map((each) => each.throughput));
const cpu = median(measured.map((each) => each.cpu));
console.log(
  `median throughput ${(throughput * 100).toFixed(0)} % (target at least 75 %), CPU of the agent ${cpu.toFixed(2)}x`,
);
await stop(server.process);
rmSync(folder, { recursive: true });

async function once(taskId: string, variables: Readonly<Record<string, string>>) {
  const start = performance.now();
  const agent = startAgent(server.url, taskId, folder, ["cat", file], variables);
  const cpu = lastReading(agent.exited, () => cpuSeconds(agent.pid));
  if ((await agent.exited) !== 0) throw new Error("the agent failed");
  const wall = (performance.now() - start) / 1_000;
  await Bun.sleep(quietMs);
  return { wall, cpu: (await cpu) ?? Number.NaN };
}

/** Letters and digits, as most tokens are. */
function secrets(): Record<string, string> {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Object.fromEntries(
    Array.from({ length: secretCount }, (_, i) => {
      const random = crypto.getRandomValues(new Uint8Array(16 + (i % 49)));
      return [`SECRET_${i}_TOKEN`, Array.from(random, (byte) => letters[byte % letters.length]).join("")];
    }),
  );
}
