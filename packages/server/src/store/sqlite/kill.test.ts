import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { readLines } from "../../testing/read-lines.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import type { LogStore } from "../log-store.ts";
import { databaseFile } from "./open-database.ts";
import { openSqliteLogStore } from "./sqlite-log-store.ts";

const program = join(import.meta.dir, "../../testing/append-forever.ts");

/** What the program was told to be done, the latest of each kind. */
interface Acknowledged {
  appended: number;
  inserted: number;
  deleted: number;
}

/** Runs the program until it has acknowledged some lines, kills it in the middle, and answers what it acknowledged. */
async function appendAndKill(dataDir: string, seed: number): Promise<Map<string, Acknowledged>> {
  const child = Bun.spawn([process.execPath, program, dataDir, String(seed)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const acknowledged = new Map<string, Acknowledged>();
  let lines = 0;
  let rest = "";
  for await (const bytes of child.stdout) {
    const text = rest + new TextDecoder().decode(bytes);
    const complete = text.split("\n");
    rest = complete.pop()!;
    for (const line of complete) {
      const [taskId, what, sequence] = line.split(" ") as [string, keyof Acknowledged, string];
      const known = acknowledged.get(taskId) ?? { appended: 0, inserted: 0, deleted: 0 };
      acknowledged.set(taskId, { ...known, [what]: Number(sequence) });
    }
    lines += complete.length;
    if (lines > 20 + seed * 7) child.kill("SIGKILL");
  }
  await child.exited;
  return acknowledged;
}

async function check(store: LogStore, taskId: string, acknowledged: Acknowledged): Promise<void> {
  const { head, inserted, deletedThrough = 0, ...latest } = (await store.task(taskId))!.latest!;
  expect(head - inserted).toBeGreaterThanOrEqual(acknowledged.appended);
  expect(inserted).toBeGreaterThanOrEqual(acknowledged.inserted);
  expect(deletedThrough).toBeGreaterThanOrEqual(acknowledged.deleted);

  const lines = await readLines(store, { taskId, attempt: 1 }, 1, 1 << 20);
  expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(
    lines.map((_, index) => deletedThrough + 1 + index),
  );
  expect(lines.length).toBe(head - deletedThrough);
  const own = lines.flatMap((line) => /^\d+ line (\d+)$/.exec(line)?.[1] ?? []).map(Number);
  expect(own).toEqual(own.map((_, index) => head - inserted - own.length + 1 + index));
  expect(latest.counts.reduce((sum, count) => sum + count, 0)).toBe(lines.length);
  const text = lines.map((line) => line.replace(/^\d+ /, "").length + 1);
  expect(latest.rawBytes).toBe(text.reduce((sum, bytes) => sum + bytes, 0));
}

test("kill -9 at random moments: what was acknowledged is there, contiguous, and the next process goes on", async () => {
  const dataDir = temporaryFolder();
  for (let seed = 1; seed <= 12; seed++) {
    const acknowledged = await appendAndKill(dataDir, seed);
    const store = await openSqliteLogStore(dataDir);
    for (const [taskId, done] of acknowledged) await check(store, taskId, done);
    await store.close();
    const database = new Database(databaseFile(dataDir), { readonly: true });
    expect(database.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    database.close();
  }
}, 60_000);
