import type { Database } from "bun:sqlite";

/** The `deleteTask` of the contract, inside the writer's transaction. */
export function deleteTask(database: Database): (taskId: string) => boolean {
  const find = database.query<{ id: number }, [string]>("SELECT id FROM task WHERE name = ?");
  const remember = database.query(
    `UPDATE deleted_attempts SET (highest_id, highest_claim) =
       (SELECT max(highest_id, coalesce(max(id), 0)), max(highest_claim, coalesce(max(claim), 0))
        FROM attempt WHERE task_id = ?)`,
  );
  const removals = [
    "DELETE FROM chunk WHERE attempt_id IN (SELECT id FROM attempt WHERE task_id = ?)",
    "DELETE FROM segment WHERE attempt_id IN (SELECT id FROM attempt WHERE task_id = ?)",
    "DELETE FROM attempt WHERE task_id = ?",
    "DELETE FROM input WHERE task_id = ?",
    "DELETE FROM task_detail WHERE task_id = ?",
    "DELETE FROM task WHERE id = ?",
  ].map((sql) => database.query(sql));

  return (taskId) => {
    const task = find.get(taskId);
    if (task === null) return false;
    remember.run(task.id);
    for (const removal of removals) removal.run(task.id);
    return true;
  };
}
