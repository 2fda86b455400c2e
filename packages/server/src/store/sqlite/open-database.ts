import { constants, Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "./schema.ts";

const busyTimeoutMs = 5_000;
/** A server that is just ending may hold the folder a moment longer. */
const lockTimeoutMs = 1_500;

export function databaseFile(dataDir: string): string {
  return join(dataDir, "keruta.sqlite");
}

/**
 * Keeps a second server out of the folder for as long as the returned database is open. SQLite's lock on a file of
 * its own: the system drops it when the process dies, however it dies, so there is no stale lock to clean up.
 */
export function lockFolder(dataDir: string): Database {
  const lock = new Database(join(dataDir, "keruta.lock"), { create: true });
  lock.run(`PRAGMA busy_timeout = ${lockTimeoutMs}`);
  try {
    lock.run("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    throw new Error(`the data folder ${dataDir} is in use by another keruta server`, { cause });
  }
  return lock;
}

/** For the writer. Creates the database where there is none. */
export function openToWrite(dataDir: string): Database {
  const file = databaseFile(dataDir);
  const isNew = !existsSync(file);
  const database = new Database(file, { create: true, strict: true });
  // Kept only by a database without tables, and only before it becomes WAL.
  if (isNew) database.run("PRAGMA auto_vacuum = INCREMENTAL");
  database.run("PRAGMA journal_mode = WAL");
  // FULL syncs the WAL at every commit: an acknowledged line survives a power cut.
  database.run("PRAGMA synchronous = FULL");
  database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  database.run("PRAGMA foreign_keys = ON");
  database.run("PRAGMA cache_size = -1024");
  // Fewer, larger checkpoints: each syncs the database file too. 4,000 pages are 16 MiB of WAL.
  database.run("PRAGMA wal_autocheckpoint = 4000");
  database.run("PRAGMA journal_size_limit = 67108864");
  database.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 0);
  migrate(database, file);
  return database;
}

/** For the reader, once the writer has opened it. */
export function openToRead(dataDir: string): Database {
  const database = new Database(databaseFile(dataDir), { readonly: true, strict: true });
  database.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  database.run("PRAGMA cache_size = -2048");
  return database;
}
