import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { logStoreCases, type StoreUnderTest } from "../log-store.cases.ts";
import { openSqliteLogStore } from "./sqlite-log-store.ts";

async function open(dataDir: string): Promise<StoreUnderTest> {
  return { store: await openSqliteLogStore(dataDir), reopen: () => open(dataDir) };
}

const root = temporaryFolder();
let folders = 0;

logStoreCases("sqlite", async () => {
  const { mkdirSync } = await import("node:fs");
  const dataDir = `${root}/${folders++}`;
  mkdirSync(dataDir);
  return open(dataDir);
});
