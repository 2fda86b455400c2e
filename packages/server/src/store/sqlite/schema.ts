import type { Database } from "bun:sqlite";

/** Goes up by one with every change of the tables; `migrations[n]` brings version n to n + 1. */
export const schemaVersion = 2;

/**
 * `chunk` and `segment` are ordinary rowid tables: WITHOUT ROWID keeps blobs in the key's own tree, which was up to
 * twice as slow. The UNIQUE key is what keeps a line from being stored twice. The frame stands last, so that
 * reading the columns before it does not touch its pages.
 *
 * `task` is what lists are made from, so it stays narrow: a search reads through it, and what is long about a task is
 * in `task_detail`. Its `name` is the id that the user chose, its `title` the name in the task's details, and its
 * `status` that of the newest attempt, kept so that an index can find it.
 *
 * `deleted_attempts`, one row, keeps what identified attempts from being used again once they are gone: a claim or a merge
 * that is still on its way would take the next one with this number for its own.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at_us INTEGER NOT NULL,
    updated_at_us INTEGER NOT NULL,
    attempts INTEGER NOT NULL
  );
  CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES task(id),
    number INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    claim INTEGER NOT NULL,
    state TEXT NOT NULL,
    head INTEGER NOT NULL,
    sealed_through INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    counts TEXT NOT NULL,
    started_at_us INTEGER NOT NULL,
    ended_at_us INTEGER,
    exit_code INTEGER,
    signal TEXT,
    reason TEXT,
    agent TEXT NOT NULL,
    UNIQUE (task_id, number),
    UNIQUE (task_id, run_id)
  );
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    attempt_id INTEGER NOT NULL REFERENCES attempt(id),
    first_sequence INTEGER NOT NULL,
    line_count INTEGER NOT NULL,
    first_time_us INTEGER NOT NULL,
    last_time_us INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    fields_bytes INTEGER NOT NULL,
    bundled INTEGER NOT NULL,
    frame BLOB NOT NULL,
    UNIQUE (attempt_id, first_sequence)
  );
  CREATE TABLE segment (
    id INTEGER PRIMARY KEY,
    attempt_id INTEGER NOT NULL REFERENCES attempt(id),
    first_sequence INTEGER NOT NULL,
    line_count INTEGER NOT NULL,
    first_time_us INTEGER NOT NULL,
    last_time_us INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    columns_bytes INTEGER NOT NULL,
    invalid_bytes INTEGER NOT NULL,
    counts TEXT NOT NULL,
    body_bytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    frame BLOB NOT NULL,
    UNIQUE (attempt_id, first_sequence)
  );
  `,
  `
  ALTER TABLE attempt ADD COLUMN inserted INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE attempt ADD COLUMN deleted_through INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE attempt ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE attempt ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX attempt_running ON attempt (id) WHERE state = 'PROCESSING';

  ALTER TABLE task ADD COLUMN title TEXT;
  ALTER TABLE task ADD COLUMN status TEXT NOT NULL DEFAULT 'PENDING';
  ALTER TABLE task ADD COLUMN last_input INTEGER NOT NULL DEFAULT 0;
  UPDATE task SET status = coalesce(
    (SELECT state FROM attempt WHERE task_id = task.id AND number = attempts), 'PENDING');
  CREATE INDEX task_by_status ON task (status);

  CREATE TABLE task_detail (
    task_id INTEGER PRIMARY KEY REFERENCES task(id),
    details TEXT NOT NULL,
    script TEXT
  );
  CREATE TABLE input (
    task_id INTEGER NOT NULL REFERENCES task(id),
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    eof INTEGER NOT NULL,
    sender TEXT NOT NULL,
    PRIMARY KEY (task_id, number)
  ) WITHOUT ROWID;
  CREATE TABLE deleted_attempts (highest_id INTEGER NOT NULL, highest_claim INTEGER NOT NULL);
  INSERT INTO deleted_attempts VALUES (0, 0);
  `,
];

/** Creates or upgrades the tables, in one transaction each. Throws a sentence for the operator on a newer schema. */
export function migrate(database: Database, file: string): void {
  const found = (database.query("PRAGMA user_version").get() as { user_version: number }).user_version;
  if (found > schemaVersion)
    throw new Error(
      `${file} has schema version ${found}, and this program knows versions up to ${schemaVersion}: ` +
        "start the newer program that wrote it, or choose another data folder",
    );
  for (let version = found; version < schemaVersion; version++)
    database.transaction(() => {
      database.run(migrations[version]!);
      database.run(`PRAGMA user_version = ${version + 1}`);
    })();
}
