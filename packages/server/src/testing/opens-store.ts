import { openSqliteLogStore } from "../store/sqlite/sqlite-log-store.ts";
import { makeFrame, makeHello } from "./make-frame.ts";

/** A program that uses both of the store's workers once and ends by itself. */
const store = await openSqliteLogStore(process.argv[2]!);
const { attempt, claim } = await store.claim("task", makeHello("run"));
const outcome = await store.append({ taskId: "task", attempt: attempt.attempt, claim }, makeFrame(1, 3));
const tasks = await store.tasks({ limit: 5 });
console.log(
  `head ${outcome.outcome === "stored" ? outcome.agentHead : outcome.outcome}, tasks ${tasks.length}`,
);
await store.close();
