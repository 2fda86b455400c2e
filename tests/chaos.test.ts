import { expect } from "bun:test";
import type { Agent } from "./harness/agent.ts";
import { expectNumbered } from "./harness/expect-log.ts";
import type { FaultProxy } from "./harness/fault-proxy.ts";
import { test } from "./harness/process-test.ts";
import { script } from "./harness/programs.ts";
import { Random } from "./harness/random.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import type { Viewer } from "./harness/viewer.ts";
import { waitFor } from "./harness/wait-for.ts";

const lines = 4000;
const tasks = [1, 2, 3];

interface World {
  readonly stage: Stage;
  readonly random: Random;
  readonly proxies: readonly FaultProxy[];
  readonly viewers: readonly Viewer[];
}

const mischief: ((world: World) => Promise<void> | void)[] = [
  async ({ stage }) => {
    await stage.server.kill();
    await stage.server.start();
  },
  ({ proxies }) => proxies.forEach((proxy) => void proxy.cutAll()),
  ({ proxies, random }) => proxies[random.between(0, proxies.length - 1)]!.resetAll(),
  ({ proxies, random }) => void proxies[0]!.cutsAfterUpBytes.push(random.between(0, 2000)),
  ({ proxies, random }) => void Object.assign(proxies[0]!.up, { sliceBytes: random.between(1, 900) }),
  async ({ proxies, random }) => {
    proxies[0]!.down.isSwallowing = true;
    await Bun.sleep(random.between(10, 200));
    proxies[0]!.cutAll();
    proxies[0]!.down.isSwallowing = false;
  },
  async ({ viewers, random }) => {
    const viewer = viewers[random.between(0, viewers.length - 1)]!;
    viewer.disconnect();
    await Bun.sleep(random.between(0, 100));
    await viewer.reconnect();
  },
  async ({ stage, random }) => {
    stage.server.program.kill("SIGSTOP");
    await Bun.sleep(random.between(10, 200));
    stage.server.program.kill("SIGCONT");
  },
];

async function runChaos(seed: number): Promise<void> {
  await using stage = await openStage();
  const random = new Random(seed);
  const proxies = [await stage.proxy(), await stage.proxy()];
  const viewers = await Promise.all(
    tasks.map((task) => stage.view(`chaos-${task}`, { url: proxies[1]!.url })),
  );
  const agents: Agent[] = tasks.map((task) =>
    stage.execute({
      task: `chaos-${task}`,
      apiUrl: proxies[0]!.url,
      flags: ["--drain-timeout", "90"],
      command: script(
        "numbered-lines.ts",
        `--seed=${task}`,
        `--count=${lines}`,
        "--burst=10",
        "--pause-ms=5",
      ),
    }),
  );
  await waitFor("first lines", () => viewers.every((viewer) => viewer.log.next > 1));
  while (agents.some((agent) => agent.isRunning && !agent.stdout().includes(`\n${lines} `)))
    await mischief[random.between(0, mischief.length - 1)]!({ stage, random, proxies, viewers });

  for (const agent of agents) expect((await agent.ended(100_000)).code).toBe(0);
  for (const [index, task] of tasks.entries()) {
    await viewers[index]!.ended();
    expectNumbered(viewers[index]!.log, task, lines);
    expectNumbered(await stage.stored(`chaos-${task}`), task, lines);
  }
}

for (let seed = 1; seed <= 4; seed++)
  test(`everything that can go wrong at once, and no line is lost, doubled or moved (seed ${seed})`, () =>
    runChaos(seed));
