import { KerutaError } from "@keruta/protocol";
import { type Identity, maySee, type Role } from "./identity.ts";

/** Everything that can be asked of the server. */
export type Action =
  /** See tasks, attempts, manifests, segments, logs, statistics, exports, live lines. */
  | "read"
  | "tasks.create"
  | "tasks.edit"
  | "tasks.delete"
  | "logs.publish"
  | "logs.delete"
  /** Say how a task stands: status, progress, waiting for input. */
  | "status.set"
  | "input.send"
  /** Fetch input that waits for the script. */
  | "input.take"
  | "cancel";

/** The one table of who may do what. An agent's credentials are for the tasks they name. */
const permissions: Readonly<Record<Role, ReadonlySet<Action>>> = {
  admin: new Set<Action>([
    "read",
    "tasks.create",
    "tasks.edit",
    "tasks.delete",
    "logs.publish",
    "logs.delete",
    "status.set",
    "input.send",
    "input.take",
    "cancel",
  ]),
  developer: new Set<Action>(["read", "tasks.create", "tasks.edit", "input.send", "cancel"]),
  viewer: new Set<Action>(["read"]),
  agent: new Set<Action>(["read", "tasks.create", "logs.publish", "status.set", "input.take"]),
};

export function may(identity: Identity, action: Action, taskId?: string): boolean {
  if (!permissions[identity.role].has(action)) return false;
  return taskId === undefined || maySee(identity, taskId);
}

/** Throws FORBIDDEN. */
export function demand(identity: Identity, action: Action, taskId?: string): void {
  if (may(identity, action, taskId)) return;
  const where = taskId === undefined ? "" : ` on task ${taskId}`;
  throw new KerutaError("FORBIDDEN", `${identity.name} (${identity.role}) may not ${action}${where}`);
}
