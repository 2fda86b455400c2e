import { Database } from "bun:sqlite";
import { describe, expect } from "bun:test";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type ClientMessage, type ErrorCode, errorKinds, limits, type ServerMessage } from "@keruta/protocol";
import { frameOf } from "./harness/frames.ts";
import { startGuardedServer } from "./harness/guarded-server.ts";
import { Peer } from "./harness/peer.ts";
import { test } from "./harness/process-test.ts";
import { openStage, type Stage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

/** The code of the answer, and its status, which must be the table's. */
async function asked(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers = {},
): Promise<string> {
  const json = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const type = { "content-type": "application/json", ...headers };
  const answer = await fetch(url + path, { method, headers: type, ...json });
  const { error } = (await answer.json()) as { error: { code: ErrorCode; status: number } };
  expect(answer.status).toBe(errorKinds[error.code].status);
  expect(error.status).toBe(answer.status);
  return error.code;
}

type Saying = (peer: Peer, welcome: Promise<unknown>) => void | Promise<void>;

/** The code a native connection is told, and the close code, which must be the table's. */
async function told(url: string, task: string, say: Saying): Promise<string> {
  const heard: ServerMessage[] = [];
  const peer = await Peer.connect(url, task, (message) => heard.push(message));
  const find = (type: ServerMessage["type"]) => heard.find((message) => message.type === type);
  await say(
    peer,
    waitFor("welcome", () => find("welcome")),
  );
  const error = await waitFor("an error", () => find("error") ?? find("resume"));
  const { code } = error as { code: ErrorCode };
  if (error.type === "error") expect((await peer.closed).code).toBe(errorKinds[code].close);
  peer.terminate();
  return code;
}

function hello(more: Partial<Extract<ClientMessage, { type: "hello" }>> = {}): ClientMessage {
  const agent = { version: "0", host: "test", pid: 1 };
  return { type: "hello", protocol: 1, runId: randomUUID(), startedAtUs: 1, agent, ...more };
}

/** An agent that has been welcomed and then sends this. */
function sends(url: string, ...messages: readonly ClientMessage[]): Promise<string> {
  return told(url, `task-${randomUUID()}`, async (peer, welcome) => {
    peer.send(hello());
    await welcome;
    for (const message of messages) peer.send(message);
  });
}

function chunk(frame: Uint8Array): ClientMessage {
  return { type: "chunk", chunk: frame as Uint8Array<ArrayBuffer> };
}

const end = { type: "end", lastSequence: 0, state: "COMPLETED", endedAtUs: 1 } as const;
const tasks = "/api/v1/tasks";

async function withTask(url: string, id: string, ...statuses: readonly string[]): Promise<void> {
  const headers = { "content-type": "application/json" };
  await fetch(url + tasks, { method: "POST", headers, body: JSON.stringify({ id, name: id }) });
  for (const status of statuses) {
    const body = JSON.stringify({ status });
    await fetch(`${url}${tasks}/${id}/status`, { method: "PUT", headers, body });
  }
}

/** Spoils what is stored, as a failing disk would. */
function spoil(stage: Stage, statement: string): void {
  const database = new Database(join(stage.server.dataDir, "keruta.sqlite"));
  database.run(statement);
  database.close();
}

/** A fault of the server's own cannot be brought about from outside; `answer-error.test.ts` makes one. */
type Provocable = Exclude<ErrorCode, "INTERNAL_SERVER_ERROR">;

/** How each error of the table is brought about, from outside, on the built programs. */
const provocations: Readonly<Record<Provocable, (stage: Stage) => Promise<string>>> = {
  INVALID_INPUT: ({ server }) => asked(server.url, "GET", `${tasks}?limit=x`),
  VALIDATION_ERROR: ({ server }) => asked(server.url, "POST", tasks, { name: 5 }),
  INVALID_LOG_FORMAT: ({ server }) => asked(server.url, "POST", `${tasks}/a/logs`, { level: "LOUD" }),
  INVALID_MESSAGE_FORMAT: ({ server }) =>
    told(server.url, "a", (peer) => peer.sendBytes(Uint8Array.of(0xc1))),
  UNAUTHORIZED: async () => {
    await using guarded = await startGuardedServer();
    return await asked(guarded.url, "GET", tasks);
  },
  FORBIDDEN: async () => {
    await using guarded = await startGuardedServer();
    const headers = { authorization: `Bearer ${await guarded.token("viewer")}` };
    return await asked(guarded.url, "POST", tasks, { name: "a" }, headers);
  },
  RESOURCE_NOT_FOUND: ({ server }) => asked(server.url, "GET", "/api/v1/nowhere"),
  TASK_NOT_FOUND: ({ server }) => asked(server.url, "GET", `${tasks}/nobody/logs`),
  ATTEMPT_NOT_FOUND: async ({ server }) => {
    await withTask(server.url, "no-attempt");
    return asked(server.url, "GET", `${tasks}/no-attempt/attempts/9/manifest`);
  },
  SEGMENT_NOT_FOUND: async ({ server }) => {
    await withTask(server.url, "no-segment", "PROCESSING");
    return asked(server.url, "GET", `${tasks}/no-segment/attempts/1/segments/1-00000000`);
  },
  METHOD_NOT_ALLOWED: ({ server }) => asked(server.url, "PUT", "/health"),
  HELLO_TIMEOUT: ({ server }) => told(server.url, "a", () => {}),
  TASK_ALREADY_EXISTS: async ({ server }) => {
    await withTask(server.url, "twice");
    return asked(server.url, "POST", tasks, { id: "twice", name: "twice" });
  },
  TASK_ALREADY_COMPLETED: async ({ server }) => {
    await withTask(server.url, "done", "PROCESSING", "COMPLETED");
    return asked(server.url, "PUT", `${tasks}/done/status`, { status: "PROCESSING" });
  },
  INVALID_STATUS_TRANSITION: async ({ server }) => {
    await withTask(server.url, "not-begun");
    return asked(server.url, "PUT", `${tasks}/not-begun/status`, { status: "COMPLETED" });
  },
  SUPERSEDED: ({ server }) => {
    const runId = randomUUID();
    return told(server.url, "taken", async (peer, welcome) => {
      peer.send(hello({ runId }));
      await welcome;
      const other = await Peer.connect(server.url, "taken", () => {});
      other.send(hello({ runId }));
    });
  },
  ATTEMPT_ENDED: ({ server }) => sends(server.url, end, chunk(frameOf(["late"], 1))),
  CHUNK_TOO_LARGE: ({ server }) =>
    sends(server.url, chunk(frameOf(new Array(limits.maxChunkLines + 1).fill(""), 1))),
  CHUNK_INVALID: ({ server }) => sends(server.url, chunk(frameOf(["x"], 1).slice(0, -1))),
  SEQUENCE_GAP: ({ server }) => sends(server.url, chunk(frameOf(["x"], 7))),
  PROTOCOL_UNSUPPORTED: ({ server }) => told(server.url, "a", (peer) => peer.send(hello({ protocol: 99 }))),
  PAYLOAD_TOO_LARGE: ({ server }) =>
    asked(server.url, "POST", `${tasks}/a/logs`, {
      level: "INFO",
      message: "x".repeat(limits.maxSubmittedBytes + 1),
    }),
  WINDOW_EXCEEDED: ({ server }) => {
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(48 * 1024))).toString("base64");
    const frames = Array.from({ length: 120 }, (_, at) => chunk(frameOf([noise], at + 1)));
    return sends(server.url, ...frames);
  },
  RATE_LIMIT_EXCEEDED: async () => {
    await using guarded = await startGuardedServer({ env: { KERUTA_RATE_LIMIT_BURST: "1" } });
    const headers = { authorization: `Bearer ${await guarded.token("admin")}` };
    await fetch(guarded.url + tasks, { headers });
    return await asked(guarded.url, "GET", tasks, undefined, headers);
  },
  DATABASE_ERROR: async (stage) => {
    await withTask(stage.server.url, "unreadable", "PROCESSING");
    spoil(stage, "ALTER TABLE input RENAME TO gone");
    const code = await asked(stage.server.url, "POST", `${tasks}/unreadable/input`, { input: "x" });
    spoil(stage, "ALTER TABLE gone RENAME TO input");
    return code;
  },
  UNREACHABLE: async (stage) => {
    const reader = stage.keruta("tasks", "--api-url", "http://127.0.0.1:1");
    expect((await reader.ended()).code).toBe(1);
    expect(reader.stderr()).toContain("cannot reach the server");
    return "UNREACHABLE";
  },
  WEBSOCKET_CONNECTION_FAILED: async () => {
    await using crowded = await openStage({ KERUTA_SERVER_MAX_CONNECTIONS: "1" });
    const only = await Peer.connect(crowded.server.url, "a", () => {});
    const code = await asked(crowded.server.url, "GET", "/ws/tasks/a");
    only.terminate();
    return code;
  },
  SERVER_STOPPING: async () => {
    await using stopping = await openStage();
    const goaway = Promise.withResolvers<ServerMessage>();
    const peer = await Peer.connect(stopping.server.url, "a", goaway.resolve);
    peer.send({ type: "subscribe", protocol: 1, attempt: 0 });
    await stopping.server.stop();
    expect((await peer.closed).code).toBe(errorKinds.SERVER_STOPPING.close);
    return (await peer.closed).reason;
  },
};

describe("every error of the table is provoked", () => {
  for (const [code, provoke] of Object.entries(provocations))
    test(code, async () => {
      await using stage = await openStage();
      expect(await provoke(stage)).toBe(code);
    });
});
