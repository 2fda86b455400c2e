import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { silentLogger } from "../logger.ts";
import { makeFrame, makeHello } from "../testing/make-frame.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { attemptSummary } from "./attempt-summary.ts";
import type { LogStore } from "./log-store.ts";
import { bundleChunks } from "./merge.ts";
import { Sealer } from "./sealer.ts";
import { databaseFile } from "./sqlite/open-database.ts";
import { openSqliteLogStore } from "./sqlite/sqlite-log-store.ts";

/** A sealer that is told what happens by the test itself, on a real store. */
async function sealerOn(dataDir: string): Promise<{ store: LogStore; sealer: Sealer } & AsyncDisposable> {
  const store = await openSqliteLogStore(dataDir);
  const tuning = { sealQuietRawBytesPerSecond: 1, sealMaxBacklogRawBytes: 1 };
  const sealer = new Sealer(store, tuning, silentLogger, () => false);
  await sealer.start();
  const dispose = async () => {
    await sealer.stop();
    await store.close();
  };
  return { store, sealer, [Symbol.asyncDispose]: dispose };
}

test("lines that come one by one after the end are sealed together", async () => {
  await using opened = await sealerOn(temporaryFolder());
  const { store, sealer } = opened;
  const { claim } = await store.claim("task", makeHello("run"));
  const key = { taskId: "task", attempt: 1, claim };
  await store.append(key, makeFrame(1, 5));
  const end = await store.end(key, { type: "end", lastSequence: 5, state: "FAILED", endedAtUs: 5 });
  if (end.outcome === "ended") sealer.changed(attemptSummary(end.attempt, false));
  while ((await store.manifest(key, 0))?.sealedThrough !== 5) await Bun.sleep(5);
  for (let i = 0; i < bundleChunks; i++) {
    const inserted = await store.insert(key, makeFrame(1, 1));
    if (inserted.outcome !== "stored") throw new Error(inserted.message);
    sealer.committed(attemptSummary(inserted.attempt, false), inserted.unit);
  }
  while ((await store.manifest(key, 0))?.sealedThrough !== 5 + bundleChunks) await Bun.sleep(5);
  expect((await store.manifest(key, 0))?.segments.map(({ lineCount }) => lineCount)).toEqual([
    5,
    bundleChunks,
  ]);
});

test("the space of deleted lines and tasks is given back", async () => {
  const dataDir = temporaryFolder();
  await using opened = await sealerOn(dataDir);
  const { store, sealer } = opened;
  const { claim } = await store.claim("task", makeHello("run"));
  const key = { taskId: "task", attempt: 1, claim };
  const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString("base64");
  for (let first = 1; first <= 91; first += 10)
    await store.append(key, makeFrame(first, 10, { text: noise }));
  const database = new Database(databaseFile(dataDir), { readonly: true });
  const pages = (pragma: string) =>
    Object.values(database.query(`PRAGMA ${pragma}`).get() as object)[0] as number;
  const full = pages("page_count");
  const { attempt } = await store.deleteLines(key, 50);
  expect(pages("freelist_count")).toBeGreaterThan(0);
  sealer.changed(attemptSummary(attempt, true));
  while (pages("freelist_count") > 0) await Bun.sleep(5);
  expect(pages("page_count")).toBeLessThan(full * 0.6);
  await store.deleteTask("task");
  sealer.taskDeleted("task");
  while (pages("freelist_count") > 0) await Bun.sleep(5);
  expect(pages("page_count")).toBeLessThan(full * 0.1);
  database.close();
});
