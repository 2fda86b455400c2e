import { type ClientMessage, KerutaError } from "@keruta/protocol";
import { type Identity, maySee, type Role } from "./identity.ts";

/** Everything that can be asked of the server. */
export const actions = [
  /** See tasks, attempts, manifests, segments, logs, statistics, exports, live lines. */
  "read",
  "tasks.create",
  "tasks.edit",
  "tasks.delete",
  "logs.publish",
  "logs.delete",
  /** Say how a task stands: status, progress, waiting for input. */
  "status.set",
  "input.send",
  /** Fetch input that waits for the script. */
  "input.take",
  "cancel",
  /** Figures about the server, which name tasks: for those who see all of them. */
  "metrics.read",
  /** The runtime's profiles and heap, which hold whatever passes through. */
  "debug",
] as const;
export type Action = (typeof actions)[number];

/** The one table of who may do what. Credentials that name tasks are good for those only. */
const permissions: Readonly<Record<Role, ReadonlySet<Action>>> = {
  admin: new Set<Action>(actions),
  developer: new Set<Action>(["read", "tasks.create", "tasks.edit", "input.send", "cancel", "metrics.read"]),
  viewer: new Set<Action>(["read", "metrics.read"]),
  agent: new Set<Action>(["read", "tasks.create", "logs.publish", "status.set", "input.take"]),
};

/** About the whole server: not for credentials that name tasks. */
const needsAllTasks: ReadonlySet<Action> = new Set<Action>(["metrics.read", "debug"]);

/** What each native message asks for. Undefined: of anybody who is connected. */
const nativeMessages: Readonly<Record<ClientMessage["type"], Action | undefined>> = {
  hello: "logs.publish",
  chunk: "logs.publish",
  partial: "logs.publish",
  end: "status.set",
  waiting: "status.set",
  inputTaken: "input.take",
  subscribe: "read",
  ack: "read",
  pong: undefined,
};

/** The same for JSON messages that are not `auth`, which is how somebody says who they are. */
const textMessages = {
  log: "logs.publish",
  logs: "logs.publish",
  status: "status.set",
  input: "input.send",
  cancel: "cancel",
  subscribe: "read",
  unsubscribe: "read",
  ping: undefined,
  pong: undefined,
} as const satisfies Readonly<Record<string, Action | undefined>>;
export type TextMessageType = keyof typeof textMessages;

export function may(identity: Identity, action: Action, taskId?: string): boolean {
  if (!permissions[identity.role].has(action)) return false;
  return taskId === undefined ? !needsAllTasks.has(action) || seesAll(identity) : maySee(identity, taskId);
}

/** Throws FORBIDDEN. `taskId` absent: the action is about no task in particular. */
export function demand(identity: Identity, action: Action, taskId?: string): void {
  if (may(identity, action, taskId)) return;
  const where = taskId === undefined ? "" : ` on task ${taskId}`;
  throw new KerutaError("FORBIDDEN", `${identity.name} (${identity.role}) may not ${action}${where}`);
}

/** Throws UNAUTHORIZED where nobody has said who they are, FORBIDDEN where they may not say this. */
export function demandMessage(
  identity: Identity | undefined,
  type: ClientMessage["type"],
  taskId: string | undefined,
): void {
  demandAction(identity, nativeMessages[type], taskId);
}

/** As `demandMessage`, of a JSON message. */
export function demandTextMessage(
  identity: Identity | undefined,
  type: TextMessageType,
  taskId: string | undefined,
): void {
  demandAction(identity, textMessages[type], taskId);
}

/** What somebody may do on the tasks they see. */
export function actionsOf(identity: Identity): Action[] {
  return actions.filter((action) => may(identity, action, identity.tasks?.[0]));
}

function seesAll(identity: Identity): boolean {
  return identity.tasks === undefined;
}

function demandAction(
  identity: Identity | undefined,
  action: Action | undefined,
  taskId: string | undefined,
): void {
  if (identity === undefined)
    throw new KerutaError("UNAUTHORIZED", "say who you are first: send an auth message with a token");
  if (action !== undefined) demand(identity, action, taskId);
}
