import { describe, expect } from "bun:test";
import { type ClientMessage, encodeMessage } from "@keruta/protocol";
import { type GuardedServer, startGuardedServer } from "./harness/guarded-server.ts";
import { test } from "./harness/process-test.ts";

const roles = ["admin", "developer", "viewer", "agent"] as const;
type Role = (typeof roles)[number];

const all = roles;
const people: readonly Role[] = ["admin", "developer"];
const producers: readonly Role[] = ["admin", "agent"];
const onlyAdmin: readonly Role[] = ["admin"];

/**
 * Who may ask what: written a second time, so that nothing is let in by a slip of the pen. Nobody with tasks of their
 * own may ask about the server as a whole.
 */
const routes: Readonly<Record<string, readonly Role[] | "anybody">> = {
  "GET /api/v1/tasks": all,
  "POST /api/v1/tasks": ["admin", "developer", "agent"],
  "GET /api/v1/tasks/{taskId}": all,
  "PUT /api/v1/tasks/{taskId}": people,
  "PATCH /api/v1/tasks/{taskId}": people,
  "DELETE /api/v1/tasks/{taskId}": onlyAdmin,
  "GET /api/v1/tasks/{taskId}/script": all,
  "PUT /api/v1/tasks/{taskId}/script": people,
  "PUT /api/v1/tasks/{taskId}/status": producers,
  "PATCH /api/v1/tasks/{taskId}/status": producers,
  "POST /api/v1/tasks/{taskId}/start": producers,
  "POST /api/v1/tasks/{taskId}/retry": producers,
  "POST /api/v1/tasks/{taskId}/complete": producers,
  "POST /api/v1/tasks/{taskId}/fail": producers,
  "PUT /api/v1/tasks/{taskId}/progress": producers,
  "PATCH /api/v1/tasks/{taskId}/progress": producers,
  "POST /api/v1/tasks/{taskId}/errors": producers,
  "POST /api/v1/tasks/{taskId}/cancel": people,
  "POST /api/v1/tasks/{taskId}/input": people,
  "GET /api/v1/tasks/{taskId}/input": producers,
  "GET /api/v1/tasks/{taskId}/input-waiting": all,
  "POST /api/v1/tasks/{taskId}/input-waiting": producers,
  "POST /api/v1/tasks/{taskId}/input-request": producers,
  "GET /api/v1/tasks/{taskId}/logs": all,
  "POST /api/v1/tasks/{taskId}/logs": producers,
  "DELETE /api/v1/tasks/{taskId}/logs": onlyAdmin,
  "GET /api/v1/tasks/{taskId}/logs/stats": all,
  "GET /api/v1/tasks/{taskId}/logs/count": all,
  "GET /api/v1/tasks/{taskId}/logs/export": all,
  "GET /api/v1/tasks/{taskId}/attempts": all,
  "GET /api/v1/tasks/{taskId}/attempts/{attempt}/manifest": all,
  "GET /api/v1/tasks/{taskId}/attempts/{attempt}/segments/{segment}": all,
  "POST /api/v1/auth/login": "anybody",
  "POST /api/v1/auth/refresh": "anybody",
  "POST /api/v1/auth/session": "anybody",
  "DELETE /api/v1/auth/session": "anybody",
  "GET /api/v1/auth/me": all,
  "GET /api/v1/health": "anybody",
  "GET /api/v1/openapi.json": "anybody",
  "GET /health": "anybody",
  "GET /ready": "anybody",
  "GET /metrics": [],
  "GET /debug/pprof/heap": [],
  "GET /debug/pprof/profile": [],
  "POST /debug/gc": [],
};

const own = "own-task";

/** An address of a task that is theirs, or of another one. */
function addressOf(route: string, taskId: string): { method: string; path: string } {
  const [method = "", path = ""] = route.split(" ");
  const named = path.replace("{taskId}", taskId).replace("{attempt}", "1").replace("{segment}", "1-00000000");
  return { method, path: named };
}

async function ask(server: GuardedServer, route: string, taskId: string, token?: string) {
  const { method, path } = addressOf(route, taskId);
  const answer = await fetch(server.url + path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
  const body = await answer.text();
  return { status: answer.status, body };
}

describe("every route of the API", () => {
  test("stands in this table, and the other way round", async () => {
    await using server = await startGuardedServer();
    const document = (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // The runtime's profiles are not for clients, so the document does not tell of them.
    const expected = Object.keys(routes).filter((route) => !route.includes(" /debug/"));
    expect(described.toSorted()).toEqual(expected.toSorted());
  });

  test("lets in whom the table names, on their own task, and nobody else", async () => {
    await using server = await startGuardedServer({ args: ["--debug"] });
    const tokens = await Promise.all(roles.map((role) => server.token(role, own)));
    const slips: string[] = [];
    for (const [route, allowed] of Object.entries(routes)) {
      const unknown = await ask(server, route, own);
      if ((unknown.status === 401) !== (allowed !== "anybody") && !isBadBody(unknown.status, allowed))
        slips.push(`${route}: ${unknown.status} for somebody unknown`);
      if (allowed === "anybody") continue;
      for (const [at, role] of roles.entries()) {
        const { status } = await ask(server, route, own, tokens[at]);
        const isIn = status !== 401 && status !== 403;
        // A new task without an id of its own is none of theirs.
        const isExpected = allowed.includes(role) && route !== "POST /api/v1/tasks";
        if (isIn !== isExpected) slips.push(`${route}: ${status} for ${role}`);
        if (!route.includes("{taskId}")) continue;
        const other = await ask(server, route, "another-task", tokens[at]);
        if (other.status !== 403) slips.push(`${route}: ${other.status} for ${role} on another task`);
        if (other.body.includes(tokens[at]!)) slips.push(`${route}: the token stands in the answer`);
      }
    }
    expect(slips).toEqual([]);
  });

  test("about the server as a whole is for those who see all tasks", async () => {
    await using server = await startGuardedServer({ args: ["--debug"] });
    const asks = async (route: string, role: Role) =>
      (await ask(server, route, own, await server.token(role))).status;
    for (const role of roles) {
      expect(await asks("GET /metrics", role)).toBe(role === "agent" ? 403 : 200);
      expect(await asks("POST /debug/gc", role)).toBe(role === "admin" ? 200 : 403);
    }
  });

  test("shows somebody with tasks of their own no other in any list", async () => {
    await using server = await startGuardedServer();
    const admin = { authorization: `Bearer ${await server.token("admin")}` };
    const create = (id: string) =>
      fetch(`${server.url}/api/v1/tasks`, { method: "POST", headers: admin, body: JSON.stringify({ id }) });
    for (const id of [own, "another-task"]) expect((await create(id)).status).toBe(201);
    const listed = async (headers: Record<string, string>) => {
      const answer = await fetch(`${server.url}/api/v1/tasks`, { headers });
      return ((await answer.json()) as { id: string }[]).map(({ id }) => id).toSorted();
    };
    expect(await listed(admin)).toEqual(["another-task", own]);
    expect(await listed({ authorization: `Bearer ${await server.token("viewer", own)}` })).toEqual([own]);
  });
});

/** What needs no credentials says what is wrong with the ones in its body by 401 or 400. */
function isBadBody(status: number, allowed: readonly Role[] | "anybody"): boolean {
  return allowed === "anybody" && (status === 400 || status === 401);
}

const hello: ClientMessage = {
  type: "hello",
  protocol: 1,
  runId: "0f0e7a3e-6f0c-4d2e-9b5e-000000000001",
  startedAtUs: 1,
  agent: { version: "0", host: "h", pid: 1 },
};

/** Native messages that a connection may begin with, or that follow one, by whom they may be said. */
const messages: readonly { says: readonly ClientMessage[]; who: readonly Role[] }[] = [
  { says: [hello], who: producers },
  { says: [{ type: "chunk", chunk: new Uint8Array(1) }], who: producers },
  { says: [{ type: "partial", source: "stdout", text: "x" }], who: producers },
  { says: [{ type: "end", lastSequence: 0, state: "COMPLETED", endedAtUs: 1 }], who: producers },
  { says: [{ type: "waiting", waiting: true }], who: producers },
  { says: [{ type: "inputTaken", id: 1 }], who: producers },
  { says: [{ type: "subscribe", protocol: 1 }], who: all },
  { says: [{ type: "ack", bytes: 1 }], who: all },
];

describe("every native message", () => {
  test("is taken from whom the table names, and ends anybody else's connection as forbidden", async () => {
    await using server = await startGuardedServer();
    const slips: string[] = [];
    for (const role of roles) {
      const token = await server.token(role, own);
      for (const { says, who } of messages) {
        const isForbidden = await isRefused(server, token, own, says);
        if (isForbidden === who.includes(role)) slips.push(`${role} says ${says[0]!.type}: ${isForbidden}`);
      }
      if (!(await isRefused(server, token, "another-task", [{ type: "subscribe", protocol: 1 }])))
        slips.push(`${role} watches another task`);
    }
    expect(slips).toEqual([]);
  });
});

/** Whether the server closed for want of rights; false once it answered anything else, or closed for another reason. */
function isRefused(
  server: GuardedServer,
  token: string,
  taskId: string,
  says: readonly ClientMessage[],
): Promise<boolean> {
  const address = `${server.url.replace("http", "ws")}/ws/tasks/${taskId}`;
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(address, { headers, protocols: ["keruta.v1"] } as unknown as string[]);
  socket.binaryType = "arraybuffer";
  return new Promise((resolve) => {
    socket.onopen = () => {
      for (const message of says) socket.send(encodeMessage(message));
    };
    socket.onclose = ({ code }) => resolve(code === 4403);
    socket.onmessage = ({ data }) => {
      // An error is followed by the close that says which.
      if (!Buffer.from(data as ArrayBuffer).includes("error")) socket.close();
    };
  });
}

/** The same for JSON, each as an object besides its task. */
const textMessages: readonly { says: { readonly type: string }; who: readonly Role[] }[] = [
  { says: { type: "log", level: "INFO", message: "x" } as { type: string }, who: producers },
  { says: { type: "logs", logs: [{ level: "INFO", message: "x" }] } as { type: string }, who: producers },
  { says: { type: "status", status: "PROCESSING" } as { type: string }, who: producers },
  { says: { type: "input", input: "x" } as { type: string }, who: people },
  { says: { type: "cancel" }, who: people },
  { says: { type: "subscribe" }, who: all },
  { says: { type: "unsubscribe" }, who: all },
];

describe("every JSON message", () => {
  test("is taken from whom the table names, on their own task, and refused anybody else by an error", async () => {
    await using server = await startGuardedServer();
    const slips: string[] = [];
    for (const role of roles) {
      const token = await server.token(role, own);
      for (const { says, who } of textMessages) {
        const code = await refusalOf(server, { ...says, taskId: own }, token);
        if ((code === "FORBIDDEN") === who.includes(role)) slips.push(`${role} says ${says.type}: ${code}`);
        const other = await refusalOf(server, { ...says, taskId: "another-task" }, token);
        if (other !== "FORBIDDEN") slips.push(`${role} says ${says.type} to another task: ${other}`);
      }
    }
    expect(slips).toEqual([]);
  });

  test("of somebody who has not said who they are is refused, until they have", async () => {
    await using server = await startGuardedServer();
    for (const { says } of textMessages)
      expect(await refusalOf(server, { ...says, taskId: own })).toBe("UNAUTHORIZED");
    const token = await server.token("agent", own);
    expect(await refusalOf(server, { type: "auth", token })).toBeUndefined();
    expect(await refusalOf(server, { type: "auth", token: "nonsense" })).toBe("UNAUTHORIZED");
  });
});

/** Code of the first error that answers a message; undefined where the server goes on without one. */
function refusalOf(server: GuardedServer, says: object, token?: string): Promise<string | undefined> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const address = `${server.url.replace("http", "ws")}/ws/tasks`;
  const socket = new WebSocket(address, { headers } as unknown as string[]);
  const answered = new Promise<string | undefined>((resolve, reject) => {
    socket.onopen = () => {
      socket.send(JSON.stringify(says));
      socket.send(JSON.stringify({ type: "ping" }));
    };
    socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
    socket.onmessage = ({ data }) => {
      const { type, code } = JSON.parse(data as string) as { type: string; code?: string };
      if (type === "error") resolve(code);
      if (type === "pong") resolve(undefined);
    };
  });
  return answered.finally(() => {
    socket.onclose = null;
    socket.close();
  });
}
