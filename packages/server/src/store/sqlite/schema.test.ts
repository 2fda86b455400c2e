import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { makeFrame, makeHello } from "../../testing/make-frame.ts";
import { readLines } from "../../testing/read-lines.ts";
import { lines, mergeAll } from "../../testing/store-cases.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { databaseFile, openToWrite } from "./open-database.ts";
import { schemaVersion } from "./schema.ts";
import { openSqliteLogStore } from "./sqlite-log-store.ts";

/** A data folder as the program with the version 1 tables left it. Kept for ever. */
async function versionOneFolder(): Promise<string> {
  const dataDir = temporaryFolder();
  const compressed = await Bun.file(join(import.meta.dir, "fixtures/version-1.sqlite.zst")).bytes();
  await Bun.write(databaseFile(dataDir), Bun.zstdDecompressSync(compressed));
  return dataDir;
}

test("a data folder of version 1 opens, keeps its logs, and goes on", async () => {
  const store = await openSqliteLogStore(await versionOneFolder());
  const done = { taskId: "done", attempt: 1 };
  expect(await readLines(store, done)).toEqual(lines(1, 400));
  expect((await store.manifest(done, 0))?.sealedThrough).toBe(400);
  expect(await readLines(store, { taskId: "live", attempt: 1 })).toEqual(lines(1, 300));
  expect((await store.tasks({ limit: 5, status: "FAILED" })).map(({ id }) => id)).toEqual(["done"]);
  expect((await store.tasks({ limit: 5, status: "PROCESSING" })).map(({ id }) => id)).toEqual(["live"]);
  expect(await store.task("done")).toMatchObject({ details: {}, latest: { exitCode: 7, reason: "because" } });
  expect(await store.running()).toHaveLength(2);

  const { attempt, claim, created } = await store.claim("live", makeHello("second"));
  expect({ created, attempt: attempt.attempt, head: attempt.head, inserted: attempt.inserted }).toEqual({
    created: false,
    attempt: 2,
    head: 3,
    inserted: 0,
  });
  const key = { taskId: "live", attempt: 2, claim };
  await store.insert(key, makeFrame(1, 1));
  expect(await store.append(key, makeFrame(4, 2))).toMatchObject({ outcome: "stored", agentHead: 5 });
  expect(await store.deleteLines(done, 150)).toMatchObject({ deleted: 150 });
  expect(await readLines(store, done)).toEqual(lines(151, 400));
  await mergeAll(store, key);
  expect(await store.claim("new", makeHello("run"))).toMatchObject({ created: true, claim: 1 });
  await store.close();
});

test("a folder that a newer program wrote is left alone", async () => {
  const dataDir = temporaryFolder();
  openToWrite(dataDir).close();
  const database = new Database(databaseFile(dataDir));
  database.run(`PRAGMA user_version = ${schemaVersion + 1}`);
  database.close();
  expect(() => openToWrite(dataDir)).toThrow(`has schema version ${schemaVersion + 1}`);
});
