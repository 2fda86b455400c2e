import type { Database } from "bun:sqlite";
import { beforeAll, describe, expect, test } from "bun:test";
import { taskStatuses } from "@keruta/protocol";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import type { TaskQuery } from "../log-store.ts";
import { openToWrite } from "./open-database.ts";
import { countSql, pageSql, readTasks, runningSql } from "./read-tasks.ts";

const taskCount = 100_000;

let database: Database;
beforeAll(() => {
  database = openToWrite(temporaryFolder());
  const insertTasks = database.query(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $count)
     INSERT INTO task (id, name, created_at_us, updated_at_us, attempts, title, status)
     SELECT i, 'task-' || i, i, i, 1, 'Job number ' || i, iif(i % 1000 = 0, 'PROCESSING', 'COMPLETED') FROM n`,
  );
  const insertAttempts = `INSERT INTO attempt (task_id, number, run_id, claim, state, head, sealed_through, raw_bytes,
       counts, started_at_us, agent)
     SELECT id, 1, 'run', 1, status, 0, 0, 0, '[]', id, '{}' FROM task`;
  database.transaction(() => {
    insertTasks.run({ count: taskCount });
    database.run(insertAttempts);
  })();
});

/** What SQLite says of how it would carry a statement out. */
function planOf(sql: string): string[] {
  const names = [...sql.matchAll(/\$(\w+)/g)].map(([, name]) => name!);
  const bindings = Object.fromEntries(names.map((name) => [name, 1]));
  const rows = database.query<{ detail: string }, [Record<string, number>]>(`EXPLAIN QUERY PLAN ${sql}`);
  return rows.all(bindings).map(({ detail }) => detail);
}

describe(`of ${taskCount.toLocaleString("en")} tasks`, () => {
  test.each([
    [{}, "SCAN task"],
    [{ before: "x" }, "SEARCH task USING INTEGER PRIMARY KEY (rowid<?)"],
    [{ status: "FAILED" }, "SEARCH task USING INDEX task_by_status (status=?)"],
    [{ status: "FAILED", before: "x" }, "SEARCH task USING INDEX task_by_status (status=? AND rowid<?)"],
    [{ q: "x" }, "SCAN task"],
  ] as const)("the page for %j reads no more than it must, in order", (filter, first) => {
    const plan = planOf(pageSql(filter));
    expect(plan[0]).toBe(first);
    // A scan is by id, the order asked for, so it ends with the page.
    expect(plan.join()).not.toContain("TEMP B-TREE");
    expect(plan.filter((detail) => detail.startsWith("SCAN"))).toEqual(
      first.startsWith("SCAN") ? [first] : [],
    );
  });

  test("counts by status and what runs come from an index", () => {
    expect(planOf(countSql({ status: "FAILED" }))).toEqual([
      "SEARCH task USING COVERING INDEX task_by_status (status=?)",
    ]);
    expect(planOf(countSql({}))[0]).toContain("COVERING INDEX");
    expect(planOf(runningSql)[0]).toBe("SCAN attempt USING INDEX attempt_running");
  });

  test("pages and counts are right", () => {
    const tasks = readTasks(database);
    const ids = (query: TaskQuery) => tasks.page(query).map(({ id }) => id);
    expect(ids({ limit: 2 })).toEqual(["task-100000", "task-99999"]);
    expect(ids({ limit: 3, status: "PROCESSING", before: "task-3000" })).toEqual(["task-2000", "task-1000"]);
    expect(ids({ limit: 5, q: "NUMBER 4242" })).toEqual([
      ...["task-42429", "task-42428", "task-42427", "task-42426", "task-42425"],
    ]);
    expect(ids({ limit: 5, q: "nothing like it" })).toEqual([]);
    const counted = taskStatuses.map((status) => tasks.count({ status }));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(taskCount);
    expect(tasks.count({ q: "4242" })).toBe(20);
    expect(tasks.running()).toHaveLength(100);
  });
});
