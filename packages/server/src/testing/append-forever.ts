import { openSqliteLogStore } from "../store/sqlite/sqlite-log-store.ts";
import { makeFrame, makeHello } from "./make-frame.ts";

/**
 * A program to be killed: appends chunks of random length to two attempts, merges now and then, and says on stdout
 * what has been acknowledged, one `task sequence` a line.
 */
const [dataDir, seed] = process.argv.slice(2) as [string, string];
let state = Number(seed) + 1;
const random = (below: number) => {
  state = (state * 48_271) % 2_147_483_647;
  return state % below;
};

const store = await openSqliteLogStore(dataDir);
await Promise.all(["one", "two"].map(appendTo));

async function appendTo(taskId: string): Promise<void> {
  const { attempt, claim } = await store.claim(taskId, makeHello("run"));
  const key = { taskId, attempt: attempt.attempt, claim };
  for (let next = attempt.head + 1; ; ) {
    const appends = Array.from({ length: 1 + random(8) }, () => {
      const count = 1 + random(20);
      next += count;
      return store.append(key, makeFrame(next - count, count));
    });
    if (random(10) === 0) void store.merge(key);
    for (const append of appends) {
      const outcome = await append;
      if (outcome.outcome !== "stored") throw new Error(`not stored: ${JSON.stringify(outcome)}`);
      process.stdout.write(`${taskId} ${outcome.agentHead}\n`);
    }
  }
}
