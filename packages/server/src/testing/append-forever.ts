import { openSqliteLogStore } from "../store/sqlite/sqlite-log-store.ts";
import { makeFrame, makeHello } from "./make-frame.ts";

/**
 * A program to be killed: appends chunks of random length to two attempts, inserts lines, deletes the oldest and merges
 * now and then, and says on stdout what has been acknowledged, one `task appended|inserted|deleted sequence` a line.
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
  const say = (what: string, sequence: number) => process.stdout.write(`${taskId} ${what} ${sequence}\n`);
  for (let next = attempt.head - attempt.inserted + 1; ; ) {
    const appends = Array.from({ length: 1 + random(8) }, () => {
      const count = 1 + random(20);
      next += count;
      return store.append(key, makeFrame(next - count, count));
    });
    if (random(10) === 0) void store.merge(key);
    if (random(4) === 0) {
      const inserted = await store.insert(key, makeFrame(1, 1, { text: () => "inserted" }));
      if (inserted.outcome === "stored") say("inserted", inserted.attempt.inserted);
    }
    for (const append of appends) {
      const outcome = await append;
      if (outcome.outcome !== "stored") throw new Error(`not stored: ${JSON.stringify(outcome)}`);
      say("appended", outcome.agentHead);
      if (random(40) === 0) {
        const through = outcome.unit.header.firstSequence - random(200);
        say("deleted", (await store.deleteLines(key, through)).attempt.deletedThrough ?? 0);
      }
    }
  }
}
