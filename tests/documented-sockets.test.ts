import { expect } from "bun:test";
import { type GuardedServer, startGuardedServer } from "./harness/guarded-server.ts";
import { test } from "./harness/process-test.ts";
import { openStage } from "./harness/stage.ts";
import { waitFor } from "./harness/wait-for.ts";

type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/** A WebSocket of the documented text messages, and all it was sent. */
class TextPeer implements Disposable {
  readonly messages: Message[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.messages.push(JSON.parse(data as string) as Message);
  }

  /** Rejects where the handshake is refused. */
  static async open(url: string, path: string, headers: Record<string, string> = {}): Promise<TextPeer> {
    const socket = new WebSocket(url.replace(/^http/, "ws") + path, { headers });
    const peer = new TextPeer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error(`there is no socket at ${path}`));
    });
    return peer;
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  received(type: string, count = 1): Promise<Message[]> {
    return waitFor(`${count} of ${type}`, () => {
      const ones = this.messages.filter((message) => message.type === type);
      return ones.length >= count && ones;
    });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

test("producers are heard at every documented address, and `status` is not a task's", async () => {
  await using stage = await openStage();
  const { url } = stage.server;
  using viewer = await TextPeer.open(url, "/ws/tasks/heard");
  viewer.send({ type: "subscribe", taskId: "heard" });
  await viewer.received("subscribed");
  const paths = ["/ws/tasks/heard", "/ws/tasks", "/ws/agent", "/ws/agents/a1/logs"];
  for (const [index, path] of paths.entries()) {
    using producer = await TextPeer.open(url, path);
    producer.send({ taskId: "heard", source: "stdout", level: "INFO", message: path });
    await viewer.received("log", index + 1);
  }
  expect((await viewer.received("log")).map(({ message }) => message)).toEqual(paths);
  using status = await TextPeer.open(url, "/ws/tasks/status");
  status.send({ level: "INFO", message: "to no task" });
  expect(await status.received("error")).toMatchObject([{ code: "INVALID_MESSAGE_FORMAT" }]);
  expect((await fetch(`${url}/api/v1/tasks/status`)).status).toBe(400);
  await expect(TextPeer.open(url, "/ws/ktcp")).rejects.toThrow("no socket");
});

async function session(server: GuardedServer, token: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/auth/session`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, origin: server.url },
  });
  return answer.headers.get("set-cookie")!.split(";")[0]!;
}

test("a viewer says who it is by header, address, session or message", async () => {
  await using server = await startGuardedServer({ args: ["--query-token"] });
  const token = await server.token("viewer");
  const path = "/ws/tasks/seen";
  const cookie = await session(server, token);
  using byBearer = await TextPeer.open(server.url, path, { authorization: `Bearer ${token}` });
  using byAddress = await TextPeer.open(server.url, `${path}?token=${token}`);
  using bySession = await TextPeer.open(server.url, path, { cookie, origin: server.url });
  using byMessage = await TextPeer.open(server.url, path);
  byMessage.send({ type: "subscribe", taskId: "seen" });
  expect(await byMessage.received("error")).toMatchObject([{ code: "UNAUTHORIZED" }]);
  byMessage.send({ type: "auth", token });
  await byMessage.received("authenticated");
  for (const peer of [byBearer, byAddress, bySession, byMessage]) {
    peer.send({ type: "subscribe", taskId: "seen" });
    await peer.received("subscribed");
  }
  await expect(TextPeer.open(server.url, path, { authorization: "Bearer nonsense" })).rejects.toThrow(
    "no socket",
  );
});

test("an API key is shown by either header", async () => {
  await using server = await startGuardedServer({ keys: true });
  const key = await server.keruta(["key", "create", "--role", "viewer", "--file", server.keysFile]);
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${server.url}/api/v1/tasks`, { headers })).status;
  await waitFor("the key to be taken", async () => (await status({ "x-api-key": key })) === 200);
  expect(await status({ authorization: `ApiKey ${key}` })).toBe(200);
  expect(await status({ "x-api-key": `${key}x` })).toBe(401);
});

test("nobody has to say who they are where anonymous viewers are let in, and they only look on", async () => {
  await using server = await startGuardedServer({ args: ["--anonymous-viewers"] });
  using viewer = await TextPeer.open(server.url, "/ws/tasks/open");
  viewer.send({ type: "subscribe", taskId: "open" });
  await viewer.received("subscribed");
  viewer.send({ type: "log", taskId: "open", level: "INFO", message: "not mine to say" });
  expect(await viewer.received("error")).toMatchObject([{ code: "FORBIDDEN" }]);
});
