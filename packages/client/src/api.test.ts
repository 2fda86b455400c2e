import { expect, test } from "bun:test";
import { Peer, servePeer } from "../fixtures/peer.ts";
import { Api, type Fetch } from "./api.ts";
import { serverAddress, socketAddress } from "./api-url.ts";

test.each([
  ["http://host:8080", "http://host:8080"],
  ["http://host:8080/", "http://host:8080"],
  ["http://host:8080/api", "http://host:8080"],
  ["https://host/api/v1/", "https://host"],
  ["https://host/keruta/api/v1", "https://host/keruta"],
])("the address %s is that of %s", (given, address) => {
  expect(serverAddress(given)).toBe(address);
});

test("sockets are at the same place, and a task id is one part of the path", () => {
  expect(socketAddress("https://host/api", "売上?a/b")).toBe(
    "wss://host/ws/tasks/%E5%A3%B2%E4%B8%8A%3Fa%2Fb",
  );
});

test.each(["", "host:8080", "ftp://host", "http://"])("%p is no address", (given) => {
  expect(() => serverAddress(given)).toThrow("cannot use the API address");
});

function answering(status: number, body: string, headers: Record<string, string> = {}): Api {
  const answer: Fetch = () => Promise.resolve(new Response(body, { status, headers }));
  return new Api({ apiUrl: "http://host", fetch: answer });
}

test("the server's own code and sentence are the error", async () => {
  const body = JSON.stringify({
    error: { code: "TASK_NOT_FOUND", message: "there is no task x", status: 404 },
  });
  await expect(answering(404, body).getTask("x")).rejects.toMatchObject({
    code: "TASK_NOT_FOUND",
    message: "there is no task x",
  });
});

test.each([
  [401, "UNAUTHORIZED"],
  [404, "RESOURCE_NOT_FOUND"],
  [418, "INVALID_INPUT"],
  [500, "INTERNAL_SERVER_ERROR"],
  [502, "UNREACHABLE"],
])("a proxy's %d without our shape is %s", async (status, code) => {
  await expect(answering(status, "<html>").getTask("x")).rejects.toMatchObject({ code });
});

test("an answer of another shape is refused, not passed on", async () => {
  await expect(answering(200, '{"id": 7}').getTask("x")).rejects.toThrow(
    "cannot read the answer to /tasks/x",
  );
  await expect(answering(200, "{}").listTasks()).rejects.toThrow("cannot read the answer to /tasks?");
});

test("a server that is not there is UNREACHABLE, and says where it was looked for", async () => {
  const server = servePeer(new Peer());
  await server.stop();
  const failure = new Api({ apiUrl: server.apiUrl }).listTasks();
  await expect(failure).rejects.toMatchObject({ code: "UNREACHABLE" });
  await expect(failure).rejects.toThrow(
    `cannot reach the server at http://127.0.0.1:${server.port}/api/v1: `,
  );
});

test("a mistyped task id is refused without asking", async () => {
  let asked = 0;
  const api = new Api({ apiUrl: "http://host", fetch: () => Promise.reject(new Error(`${asked++}`)) });
  expect(() => api.getTask("a b")).toThrow("cannot use the task id");
  expect(asked).toBe(0);
});

test("the manifest is conditional, and a segment is read to its length and no further", async () => {
  const peer = new Peer();
  peer.begin();
  peer.append(Array.from({ length: 10 }, (_, i) => ({ text: `line ${i}` })));
  peer.seal(10);
  const server = servePeer(peer);
  const api = new Api({ apiUrl: server.apiUrl, token: "secret" });
  const first = await api.manifest("t1", 1);
  if (first === "unchanged") throw new Error("the first answer cannot be unchanged");
  expect(await api.manifest("t1", 1, { etag: first.etag })).toBe("unchanged");
  expect(await api.manifest("t1", 1, { after: 1 })).toMatchObject({
    manifest: { segments: [], sealedThrough: 10 },
  });
  const segment = first.manifest.segments[0]!;
  expect((await api.segmentColumns("t1", 1, segment)).length).toBe(segment.columnsBytes);
  const short = { ...segment, columnsBytes: segment.columnsBytes - 1 };
  await expect(api.segmentColumns("t1", 1, short)).rejects.toThrow("longer than");
  const long = { ...segment, columnsBytes: segment.columnsBytes + 1 };
  await expect(api.segmentColumns("t1", 1, long)).rejects.toThrow("it ends after");
  await server.stop();
});

test("an abort rejects with its own reason", async () => {
  const abort = new AbortController();
  const api = new Api({
    apiUrl: "http://host",
    fetch: (_url, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  });
  const listing = api.listTasks({}, abort.signal);
  abort.abort(new Error("left the page"));
  await expect(listing).rejects.toThrow("left the page");
});
