import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeMessage, subprotocol } from "@keruta/protocol";
import { newApiKey } from "./auth/api-key.ts";
import { addApiKey, removeApiKey } from "./auth/api-key-file.ts";
import { SecretTokens } from "./auth/secret-tokens.ts";
import { sessionCookie } from "./auth/session-cookie.ts";
import type { AuthSettings } from "./auth-settings.ts";
import type { ServerOptions } from "./config.ts";
import type { Identity } from "./identity.ts";
import { startServer } from "./start.ts";
import { makeHello } from "./testing/make-frame.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { startTestServer } from "./testing/test-server.ts";

const jwtSecret = "a secret of more than thirty-two bytes";
const hourMs = 3_600_000;
const tokens = new SecretTokens(jwtSecret, {}, Date.now);

const auth = (more: Partial<AuthSettings> = {}): AuthSettings => ({
  jwtSecret,
  users: [],
  rolesClaim: "realm_access.roles",
  accessTokenLifetimeMs: hourMs,
  refreshTokenLifetimeMs: hourMs,
  anonymousViewers: false,
  queryToken: false,
  ...more,
});

const tokenOf = (identity: Partial<Identity>, lifetimeMs = hourMs) =>
  tokens.sign({ name: "x", role: "admin", ...identity }, "access", lifetimeMs);

const bearer = async (identity: Partial<Identity> = {}) => ({
  authorization: `Bearer ${await tokenOf(identity)}`,
});

async function asked(url: string, headers: Record<string, string>, method = "GET") {
  const response = await fetch(url, { method, headers, redirect: "manual" });
  const body = await response.text();
  const error = response.ok || body === "" ? undefined : JSON.parse(body).error;
  return { status: response.status, headers: response.headers, error };
}

/** A handshake as a program sends it that shows what the server answered. */
const handshake = {
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** How a native connection ended on which this was said first. */
async function closed(url: string, path: string, headers: Record<string, string>, first?: Uint8Array) {
  const socket = new WebSocket(url.replace("http", "ws") + path, {
    headers,
    protocols: [subprotocol],
  } as never);
  socket.binaryType = "arraybuffer";
  if (first !== undefined) socket.onopen = () => socket.send(first as Uint8Array<ArrayBuffer>);
  return new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve({ code, reason });
  });
}

const subscribe = encodeMessage({ type: "subscribe", protocol: 1 });
const hello = encodeMessage(makeHello(crypto.randomUUID()));

describe("the host that is asked for", () => {
  test("is loopback or an address, else it must be known: a name that was made to mean this machine is not", async () => {
    const { url, port } = await startTestServer({ allowedHosts: ["logs.example"] });
    const address = `${url}/api/v1/tasks`;
    for (const host of ["localhost", `127.0.0.1:${port}`, "keruta.localhost", "[::1]:80", "LOGS.example:443"])
      expect((await asked(address, { host })).status).toBe(200);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1.evil.example",
      "localhost.evil.example",
    ]) {
      const { status, error } = await asked(address, { host });
      expect({ status, code: error.code }).toEqual({ status: 403, code: "FORBIDDEN" });
      expect(error.message).toContain("allowedHosts");
      expect((await asked(`${url}/ws/tasks/a`, { host, ...handshake })).status).toBe(403);
    }
  });

  test("that the public address names is one of ours", async () => {
    const { url } = await startTestServer({ publicUrl: "https://logs.example/" });
    expect((await asked(`${url}/health`, { host: "logs.example" })).status).toBe(200);
  });
});

describe("a page of another origin", () => {
  test("can neither ask, nor change anything, nor open a socket", async () => {
    const { url } = await startTestServer();
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1"]) {
      expect((await asked(`${url}/api/v1/tasks`, { origin })).status).toBe(403);
      expect((await asked(`${url}/api/v1/tasks/a/cancel`, { origin }, "POST")).status).toBe(403);
      expect((await asked(`${url}/ws/tasks/a`, { origin, ...handshake })).status).toBe(403);
    }
    const silently = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
    expect((await asked(`${url}/api/v1/tasks`, silently)).status).toBe(403);
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await asked(`${url}/api/v1/tasks`, link)).status).toBe(403);
    expect((await asked(`${url}/health`, link)).status).toBe(200);
  });

  test("our own, by its name and port, may", async () => {
    const { url } = await startTestServer({ publicUrl: "https://logs.example" });
    for (const origin of [url, "https://logs.example"])
      expect((await asked(`${url}/api/v1/tasks`, { origin })).status).toBe(200);
  });

  test("that is allowed is told so, before and with the answer", async () => {
    const { url } = await startTestServer({ allowedOrigins: ["https://panel.example"] });
    const origin = "https://panel.example";
    const preflight = await asked(
      `${url}/api/v1/tasks`,
      { origin, "access-control-request-method": "PATCH", "access-control-request-headers": "authorization" },
      "OPTIONS",
    );
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("Authorization");
    const { headers } = await asked(`${url}/api/v1/tasks`, { origin });
    for (const answer of [preflight.headers, headers]) {
      expect(answer.get("access-control-allow-origin")).toBe(origin);
      expect(answer.get("access-control-allow-credentials")).toBe("true");
      expect(answer.get("vary")).toContain("Origin");
    }
    expect((await asked(`${url}/api/v1/tasks`, { origin: "https://other.example" })).status).toBe(403);
  });

  test("where any is allowed, none may use a session", async () => {
    const { url } = await startTestServer({ allowedOrigins: ["*"], auth: auth() });
    const session = await tokens.sign({ name: "x", role: "admin" }, "session", hourMs);
    const cookie = sessionCookie(session, hourMs, false).split(";")[0]!;
    const origin = "https://any.example";
    const open = await asked(`${url}/api/v1/tasks`, { origin, ...(await bearer()) });
    expect(open.status).toBe(200);
    expect(open.headers.get("access-control-allow-origin")).toBe("*");
    expect(open.headers.get("access-control-allow-credentials")).toBeNull();
    expect((await asked(`${url}/api/v1/tasks`, { origin, cookie })).status).toBe(403);
    expect((await asked(`${url}/ws/tasks/a`, { origin, cookie, ...handshake })).status).toBe(403);
  });
});

describe("a session", () => {
  test("lets our own page ask and change; nobody else's, and nothing that does not say whose it is", async () => {
    const { url } = await startTestServer({ auth: auth() });
    const session = await tokens.sign({ name: "x", role: "admin" }, "session", hourMs);
    const cookie = sessionCookie(session, hourMs, false).split(";")[0]!;
    const change = (headers: Record<string, string>) =>
      asked(`${url}/api/v1/tasks/none/cancel`, { cookie, ...headers }, "POST");
    expect((await asked(`${url}/api/v1/tasks`, { cookie })).status).toBe(200);
    expect((await change({ origin: url })).status).toBe(404);
    expect((await change({ "sec-fetch-site": "same-origin" })).status).toBe(404);
    expect((await change({})).status).toBe(403);
    expect((await change({ origin: "https://evil.example" })).status).toBe(403);
    expect((await change({ "sec-fetch-site": "same-site" })).status).toBe(403);
    const socket = closed(
      url,
      "/ws/tasks/a",
      { cookie, origin: url },
      encodeMessage({ type: "ack", bytes: 1 }),
    );
    expect((await socket).code).toBe(4400);
    expect((await asked(`${url}/ws/tasks/a`, { cookie, ...handshake })).status).toBe(403);
  });
});

describe("a native connection", () => {
  test("without credentials, or with bad ones, is told so and closed for good", async () => {
    const { url } = await startTestServer({ auth: auth() });
    for (const headers of [{}, { authorization: "Bearer x" }, { "x-api-key": "krt_x" }])
      expect(await closed(url, "/ws/tasks/a", headers)).toEqual({ code: 4401, reason: "UNAUTHORIZED" });
  });

  test("may say what its role may, on its own task", async () => {
    const { url } = await startTestServer({ auth: auth() });
    const tasks = ["own"];
    const forbidden = { code: 4403, reason: "FORBIDDEN" };
    const viewer = await bearer({ role: "viewer", tasks });
    expect(await closed(url, "/ws/tasks/own", viewer, hello)).toEqual(forbidden);
    expect(await closed(url, "/ws/tasks/other", viewer)).toEqual(forbidden);
    expect(await closed(url, "/ws/tasks/own", await bearer({ role: "developer" }), hello)).toEqual(forbidden);
    const agent = await bearer({ role: "agent", tasks });
    expect(await closed(url, "/ws/tasks/other", agent, hello)).toEqual(forbidden);
    // Said by an agent that may: it is welcomed, and misplaced only as a second greeting.
    const twice = closed(url, "/ws/tasks/own", agent, encodeMessage({ type: "ack", bytes: 1 }));
    expect((await twice).code).toBe(4400);
  });

  test("ends when its credential does, unless it is an agent that streams; a revoked key ends any", async () => {
    const apiKeysFile = join(temporaryFolder(), "keys.jsonl");
    const { id, text, sha256 } = newApiKey();
    addApiKey(apiKeysFile, { id, name: "ci", role: "agent", sha256, createdAt: new Date().toISOString() });
    const { url } = await startTestServer({
      auth: auth({ apiKeysFile }),
      tuning: { helloTimeoutMs: 400 },
    });
    // Expired already, but within what clocks may differ by, which is over before the next beat.
    const almost = await tokens.sign({ name: "x", role: "viewer" }, "access", -29_500);
    const viewer = closed(url, "/ws/tasks/a", { authorization: `Bearer ${almost}` }, subscribe);
    expect(await viewer).toEqual({ code: 4401, reason: "UNAUTHORIZED" });

    const agent = closed(url, "/ws/tasks/a", { "x-api-key": text }, hello);
    removeApiKey(apiKeysFile, id);
    expect(await agent).toEqual({ code: 4401, reason: "UNAUTHORIZED" });
  });
});

describe("a connection of the documented clients", () => {
  test("with bad credentials, or for a task that is not theirs, is refused in HTTP", async () => {
    const { url } = await startTestServer({ auth: auth({ queryToken: true }) });
    const other = await tokenOf({ role: "viewer", tasks: ["other"] });
    const ask = (query: string, headers = {}) =>
      asked(`${url}/ws/tasks/own${query}`, { ...handshake, ...headers });
    expect(await ask("?token=x")).toMatchObject({ status: 401, error: { code: "UNAUTHORIZED" } });
    expect(await ask("", { authorization: "Bearer x" })).toMatchObject({ status: 401 });
    expect(await ask(`?token=${other}`)).toMatchObject({ status: 403, error: { code: "FORBIDDEN" } });
  });
});

test("a connection that does not say in time who it is is closed as somebody unknown", async () => {
  const { url } = await startTestServer({ auth: auth(), tuning: { helloTimeoutMs: 100 } });
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws/tasks/a`);
  const code = await new Promise((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  expect(code).toBe(4401);
});

describe("too much", () => {
  test("of requests is answered with when to come back, by credential; health is not counted", async () => {
    const rateLimits = { requestsPerMinute: 60, burst: 3, connectionsPerMinute: 2, logsPerMinute: 0 };
    const { url } = await startTestServer({ auth: auth(), rateLimits });
    const first = await bearer({ name: "first" });
    const ask = async (headers: Record<string, string>) =>
      (await asked(`${url}/api/v1/tasks`, headers)).status;
    expect([await ask(first), await ask(first), await ask(first)]).toEqual([200, 200, 200]);
    const refused = await asked(`${url}/api/v1/tasks`, first);
    expect(refused).toMatchObject({ status: 429, error: { code: "RATE_LIMIT_EXCEEDED" } });
    expect(refused.headers.get("retry-after")).toBe("1");
    for (const path of ["/tasks", "/tasks/t", "/api/tasks"])
      expect((await asked(url + path, first)).status).toBe(429);
    expect(await ask(await bearer({ name: "second" }))).toBe(200);
    for (let i = 0; i < 10; i++) expect((await asked(`${url}/health`, {})).status).toBe(200);
  });

  test("of guesses from one address is refused before they are looked at", async () => {
    const rateLimits = { requestsPerMinute: 60, burst: 3, connectionsPerMinute: 2, logsPerMinute: 0 };
    const { url } = await startTestServer({ auth: auth(), rateLimits });
    const guess = async (i: number) =>
      (await asked(`${url}/ws/tasks/a`, { ...handshake, authorization: `Bearer ${i}` })).status;
    expect([await guess(1), await guess(2), await guess(3)]).toEqual([401, 401, 429]);
  });

  test("is not counted on loopback where nobody has to say who they are", async () => {
    const rateLimits = { requestsPerMinute: 1, burst: 1, connectionsPerMinute: 1, logsPerMinute: 1 };
    const { url } = await startTestServer({ rateLimits });
    for (let i = 0; i < 5; i++) expect((await asked(`${url}/api/v1/tasks`, {})).status).toBe(200);
  });

  test("in one request is refused: a body by what it says of its length, headers by the runtime", async () => {
    const { url } = await startTestServer();
    const response = await fetch(`${url}/api/v1/tasks`, {
      method: "POST",
      body: new Uint8Array(9 * 1024 * 1024),
    });
    expect(response.status).toBe(413);
    expect(((await response.json()) as { error: { code: string } }).error.code).toBe("PAYLOAD_TOO_LARGE");
    expect((await fetch(`${url}/health`, { headers: { "x-long": "x".repeat(20_000) } })).status).toBe(431);
  });
});

describe("over TLS", () => {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const made = Bun.spawnSync([
    ...[
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "1",
    ],
    ...["-keyout", keyFile, "-out", certFile, ...subject],
  ]);

  test("it answers requests and sockets", async () => {
    expect(made.exitCode).toBe(0);
    const { url } = await startTestServer({ tls: { certFile, keyFile } });
    expect(url).toStartWith("https://");
    const tls = { ca: Bun.file(certFile) };
    expect((await fetch(`${url}/health`, { tls } as RequestInit)).status).toBe(200);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    const socket = new WebSocket(`${url.replace("https", "wss")}/ws/tasks/a`, {
      protocols: [subprotocol],
      tls: { ca: await Bun.file(certFile).text() },
    } as never);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onclose = reject;
    });
    socket.close();
  });

  test("files that cannot be used are named, and why", async () => {
    const none = join(folder, "none.pem");
    const other = join(folder, "other.pem");
    writeFileSync(other, "not a certificate");
    const otherKey = Bun.spawnSync([
      "openssl",
      "genpkey",
      "-algorithm",
      "ed25519",
      "-out",
      join(folder, "k2.pem"),
    ]);
    expect(otherKey.exitCode).toBe(0);
    await expect(start({ tls: { certFile: none, keyFile } })).rejects.toThrow(
      `cannot use ${none} as the certificate`,
    );
    await expect(start({ tls: { certFile: other, keyFile } })).rejects.toThrow("it must be a PEM file");
    await expect(start({ tls: { certFile, keyFile: join(folder, "k2.pem") } })).rejects.toThrow(
      "is not the private key",
    );
  });
});

describe("beyond loopback", () => {
  test.each(["0.0.0.0", "::", "192.0.2.1"])(
    "%s is not listened on while everybody may do everything",
    async (host) => {
      await expect(start({ host })).rejects.toThrow(`cannot listen on ${host}: everybody who can reach it`);
    },
  );

  test("it is where somebody asks for it, or where people must say who they are", async () => {
    for (const options of [{ insecure: true }, { auth: auth() }]) {
      const server = await startTestServer({ host: "0.0.0.0", ...options });
      expect((await asked(`http://127.0.0.1:${server.port}/health`, {})).status).toBe(200);
    }
  });

  test("open to everybody, names that can be registered are refused; with credentials, none has to be known", async () => {
    const open = await startTestServer({ host: "0.0.0.0", insecure: true });
    const closedOne = await startTestServer({ host: "0.0.0.0", auth: auth() });
    const ask = async (port: number, host: string) =>
      (await asked(`http://127.0.0.1:${port}/health`, { host })).status;
    expect(await ask(open.port, "keruta-api:8080")).toBe(200);
    expect(await ask(open.port, "keruta-api.keruta.svc")).toBe(200);
    expect(await ask(open.port, "evil.example")).toBe(403);
    expect(await ask(closedOne.port, "logs.example")).toBe(200);
  });
});

function start(options: Partial<ServerOptions>) {
  return startServer({ port: 0, dataDir: temporaryFolder(), ...options });
}
