import { describe, expect, test } from "bun:test";
import { type Identity, type Role, roles } from "./identity.ts";
import {
  type Action,
  actions,
  actionsOf,
  demand,
  demandMessage,
  demandTextMessage,
  may,
} from "./permissions.ts";

/** The whole table, written a second time: what a role may do changes in two places or not at all. */
const expected: Readonly<Record<Action, readonly Role[]>> = {
  read: ["admin", "developer", "viewer", "agent"],
  "tasks.create": ["admin", "developer", "agent"],
  "tasks.edit": ["admin", "developer"],
  "tasks.delete": ["admin"],
  "logs.publish": ["admin", "agent"],
  "logs.delete": ["admin"],
  "status.set": ["admin", "agent"],
  "input.send": ["admin", "developer"],
  "input.take": ["admin", "agent"],
  cancel: ["admin", "developer"],
  "metrics.read": ["admin", "developer", "viewer"],
  debug: ["admin"],
};

describe.each([...roles])("%s", (role) => {
  const identity: Identity = { name: "x", role };
  const scoped: Identity = { name: "x", role, tasks: ["own"] };

  test.each([...actions])("%s", (action) => {
    const isAllowed = expected[action].includes(role);
    expect(may(identity, action)).toBe(isAllowed);
    expect(may(identity, action, "any")).toBe(isAllowed);
    expect(may(scoped, action, "own")).toBe(isAllowed);
    expect(may(scoped, action, "another")).toBe(false);
    if (isAllowed) demand(identity, action, "any");
    else expect(() => demand(identity, action, "any")).toThrow(`x (${role}) may not ${action} on task any`);
  });

  test("is told what it may do", () => {
    expect(actionsOf(identity)).toEqual(actions.filter((action) => expected[action].includes(role)));
  });

  test.each([
    ["hello", "logs.publish"],
    ["chunk", "logs.publish"],
    ["partial", "logs.publish"],
    ["end", "status.set"],
    ["waiting", "status.set"],
    ["inputTaken", "input.take"],
    ["subscribe", "read"],
    ["ack", "read"],
  ] as const)("message %s asks for %s", (type, action) => {
    const say = (taskId: string) => () => demandMessage(scoped, type, taskId);
    if (expected[action].includes(role)) say("own")();
    else expect(say("own")).toThrow("may not");
    expect(say("another")).toThrow("may not");
  });

  test.each([
    ["log", "logs.publish"],
    ["logs", "logs.publish"],
    ["status", "status.set"],
    ["input", "input.send"],
    ["cancel", "cancel"],
    ["subscribe", "read"],
    ["unsubscribe", "read"],
  ] as const)("JSON message %s asks for %s", (type, action) => {
    const say = (taskId: string) => () => demandTextMessage(scoped, type, taskId);
    if (expected[action].includes(role)) say("own")();
    else expect(say("own")).toThrow("may not");
    expect(say("another")).toThrow("may not");
  });
});

test("somebody unknown may say nothing", () => {
  expect(() => demandMessage(undefined, "pong", "a")).toThrow("say who you are");
  expect(() => demandTextMessage(undefined, "ping", "a")).toThrow("say who you are");
});

test("figures about the whole server are not for credentials that name tasks", () => {
  expect(may({ name: "x", role: "admin", tasks: ["own"] }, "metrics.read")).toBe(false);
  expect(may({ name: "x", role: "viewer" }, "metrics.read")).toBe(true);
});
