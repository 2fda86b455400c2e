import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { lineText } from "../../testing/make-frame.ts";
import { readLines } from "../../testing/read-lines.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { databaseFile } from "./open-database.ts";
import { openSqliteLogStore } from "./sqlite-log-store.ts";

const program = join(import.meta.dir, "../../testing/append-forever.ts");

/** Runs the program until it has acknowledged some lines, kills it in the middle, and answers what it acknowledged. */
async function appendAndKill(dataDir: string, seed: number): Promise<Map<string, number>> {
  const child = Bun.spawn([process.execPath, program, dataDir, String(seed)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const acknowledged = new Map<string, number>();
  let lines = 0;
  let rest = "";
  for await (const bytes of child.stdout) {
    const text = rest + new TextDecoder().decode(bytes);
    const complete = text.split("\n");
    rest = complete.pop()!;
    for (const line of complete) {
      const [taskId, sequence] = line.split(" ") as [string, string];
      acknowledged.set(taskId, Number(sequence));
    }
    lines += complete.length;
    if (lines > 20 + seed * 7) child.kill("SIGKILL");
  }
  await child.exited;
  return acknowledged;
}

test("kill -9 at random moments: what was acknowledged is there, contiguous, and the next process goes on", async () => {
  const dataDir = temporaryFolder();
  for (let seed = 1; seed <= 12; seed++) {
    const acknowledged = await appendAndKill(dataDir, seed);
    const store = await openSqliteLogStore(dataDir);
    for (const [taskId, sequence] of acknowledged) {
      const lines = await readLines(store, { taskId, attempt: 1 }, 1, 1 << 20);
      expect(lines.length).toBeGreaterThanOrEqual(sequence);
      expect(lines).toEqual(lines.map((_, index) => `${index + 1} ${lineText(index + 1)}`));
      expect((await store.task(taskId))?.latest?.head).toBe(lines.length);
    }
    await store.close();
    const database = new Database(databaseFile(dataDir), { readonly: true });
    expect(database.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    database.close();
  }
}, 60_000);
