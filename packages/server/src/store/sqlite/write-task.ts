import type { Database } from "bun:sqlite";
import { KerutaError } from "@keruta/protocol";
import type { StoredTask, TaskChanges, TaskDetails } from "../log-store.ts";
import type { TaskReads } from "./read-tasks.ts";

export interface TaskWrites {
  create(taskId: string, details: TaskDetails): StoredTask;
  update(taskId: string, changes: TaskChanges): StoredTask | undefined;
}

/** The `createTask` and `updateTask` of the contract, inside the writer's transaction. */
export function writeTask(database: Database, tasks: TaskReads, nowUs: () => number): TaskWrites {
  const addTask = database.query(
    `INSERT INTO task (name, created_at_us, updated_at_us, attempts) VALUES (?1, ?2, ?2, 0)
     ON CONFLICT DO NOTHING`,
  );
  const setTitle = database.query("UPDATE task SET title = ?, updated_at_us = ? WHERE name = ?");
  const setDetails = database.query(
    "INSERT OR REPLACE INTO task_detail (task_id, details, script) SELECT id, ?, ? FROM task WHERE name = ?",
  );

  return {
    create(taskId, details) {
      if (addTask.run(taskId, nowUs()).changes === 0)
        throw new KerutaError("TASK_ALREADY_EXISTS", `there is a task ${taskId} already`);
      set(taskId, details);
      return tasks.one(taskId)!;
    },
    update(taskId, changes) {
      const found = tasks.one(taskId);
      if (found === undefined) return undefined;
      set(taskId, changed(found.details, changes));
      return tasks.one(taskId);
    },
  };

  function set(taskId: string, { script, ...details }: TaskDetails): void {
    setTitle.run(details.name ?? null, nowUs(), taskId);
    setDetails.run(JSON.stringify(details), script === undefined ? null : JSON.stringify(script), taskId);
  }
}

function changed(details: TaskDetails, changes: TaskChanges): TaskDetails {
  const all = Object.entries({ ...details, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined));
}
