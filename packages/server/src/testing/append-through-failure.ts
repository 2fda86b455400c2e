import { KerutaError } from "@keruta/protocol";
import { openSqliteLogStore } from "../store/sqlite/sqlite-log-store.ts";
import { makeFrame, makeHello } from "./make-frame.ts";
import { readLines } from "./read-lines.ts";

/**
 * A program whose disk is going to be full: appends until that fails, reads what it has, and tries again until it
 * works. Says each step on stdout.
 */
const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(6_000))).toString("base64");
const store = await openSqliteLogStore(process.argv[2]!);
const { attempt, claim } = await store.claim("task", makeHello("run"));
const key = { taskId: "task", attempt: attempt.attempt, claim };

let head = 0;
for (let failures = 0; failures === 0 || head % 10 !== 0; ) {
  try {
    const outcome = await store.append(key, makeFrame(head + 1, 1, { text: noise }));
    if (outcome.outcome !== "stored") throw new Error(`not stored: ${JSON.stringify(outcome)}`);
    head = outcome.agentHead;
  } catch (error) {
    if (!(error instanceof KerutaError)) throw error;
    if (failures++ === 0)
      console.log(`refused ${error.code}; readable ${(await readLines(store, key)).length === head}`);
    await Bun.sleep(5);
  }
}
console.log(`recovered ${(await readLines(store, key)).length === head}`);
await store.close();
