import { describe, expect } from "bun:test";
import { join } from "node:path";
import { type GuardedServer, startGuardedServer } from "./harness/guarded-server.ts";
import { test } from "./harness/process-test.ts";
import { programs } from "./harness/programs.ts";
import { waitFor } from "./harness/wait-for.ts";

function execute(server: GuardedServer, task: string, env: Record<string, string>, script: string) {
  const place = [
    "--task-id",
    task,
    "--api-url",
    server.url,
    "--spool-dir",
    join(server.dir, `spool-${task}`),
  ];
  return server.run([...programs.agent, "execute", ...place, "--", "sh", "-c", script], env);
}

function logs(server: GuardedServer, task: string, env: Record<string, string>) {
  return server.run([...programs.keruta, "logs", task, "--api-url", server.url], env);
}

async function status(server: GuardedServer, headers: Record<string, string>, path = "/api/v1/tasks") {
  return (await fetch(server.url + path, { headers })).status;
}

describe("a token for one task", () => {
  test("lets an agent stream that task, and its reader read it", async () => {
    await using server = await startGuardedServer();
    const token = await server.token("agent", "build");
    const agent = execute(server, "build", { KERUTA_API_TOKEN: token }, "echo hello; exit 3");
    expect((await agent.ended()).code).toBe(3);
    const reader = logs(server, "build", { KERUTA_API_TOKEN: await server.token("viewer", "build") });
    expect((await reader.ended()).code).toBe(0);
    expect(reader.stdout()).toBe("hello\n");
  });

  test("for another task is refused in words, and the script runs all the same", async () => {
    await using server = await startGuardedServer();
    const token = await server.token("agent", "another");
    const agent = execute(server, "build", { KERUTA_API_TOKEN: token }, "echo hello; exit 3");
    expect((await agent.ended()).code).toBe(3);
    expect(agent.stdout()).toBe("hello\n");
    expect(agent.stderr()).toContain("FORBIDDEN");
    expect(agent.stderr()).not.toContain(token);
  });

  test("that is missing, or is not one, is said to the one who reads", async () => {
    await using server = await startGuardedServer();
    for (const env of [{ KERUTA_API_TOKEN: "" }, { KERUTA_API_TOKEN: "nonsense" }]) {
      const reader = logs(server, "build", env);
      expect((await reader.ended()).code).toBe(1);
      expect(reader.stderr()).toContain("cannot accept the credentials");
    }
  });
});

describe("an API key", () => {
  test("is good while the server runs, from when it was made until it was revoked", async () => {
    await using server = await startGuardedServer({ keys: true });
    const file = ["--file", server.keysFile];
    const key = await server.keruta(["key", "create", "--role", "agent", "--task", "build", ...file]);
    await waitFor("the key to be taken", async () => (await status(server, { "x-api-key": key })) === 200);
    const agent = execute(server, "build", { KERUTA_API_TOKEN: key }, "echo hello");
    expect((await agent.ended()).code).toBe(0);

    const listed = await server.keruta(["key", "list", "--json", ...file]);
    const { id } = listed
      .split("\n")
      .map((line) => JSON.parse(line))
      .find(({ tasks }) => tasks?.[0] === "build");
    expect(listed).not.toContain(key);
    await server.keruta(["key", "revoke", id, ...file]);
    await waitFor("the key to be refused", async () => (await status(server, { "x-api-key": key })) === 401);
  });
});

describe("a log-in", () => {
  const post = (server: GuardedServer, path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api/v1/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  test("by name and password gives tokens and sessions; guessing is slowed down", async () => {
    await using server = await startGuardedServer({ users: [["ann", "correct horse", "developer"]] });
    const right = { username: "ann", password: "correct horse" };
    const login = await post(server, "login", right);
    expect(login.status).toBe(200);
    const { token, refreshToken } = (await login.json()) as { token: string; refreshToken: string };
    expect(await status(server, { authorization: `Bearer ${token}` })).toBe(200);
    expect(await status(server, { authorization: `Bearer ${refreshToken}` })).toBe(401);
    expect((await post(server, "refresh", { refreshToken })).status).toBe(200);

    const session = await post(server, "session", right);
    const cookie = session.headers.get("set-cookie")!.split(";")[0]!;
    expect(await status(server, { cookie }, "/api/v1/auth/me")).toBe(200);
    const change = (headers: Record<string, string>) =>
      post(server, "../tasks", { id: "made" }, { cookie, ...headers });
    expect((await change({ origin: "https://evil.example" })).status).toBe(403);
    expect((await change({})).status).toBe(403);
    expect((await change({ origin: server.url })).status).toBe(201);

    const guesses: number[] = [];
    for (let i = 0; i < 12; i++)
      guesses.push((await post(server, "login", { ...right, password: "x" })).status);
    expect(guesses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(guesses.at(-1)).toBe(429);
    expect(server.said()).not.toMatch(/correct horse|argon2id/);
  });
});

test("the server's own log shows no credential, wherever it stood and whatever became of it", async () => {
  await using server = await startGuardedServer({ keys: true, args: ["--log-level", "debug"] });
  const token = await server.token("admin");
  const key = await server.keruta(["key", "create", "--role", "admin", "--file", server.keysFile]);
  const shown = [token, key, "guess-guess-guess", `${token}x`];
  for (const secret of shown) {
    for (const headers of [
      { authorization: `Bearer ${secret}` },
      { "x-api-key": secret },
      { cookie: `keruta_session=${secret}` },
    ])
      await status(server, headers as unknown as Record<string, string>);
    await status(server, {}, `/ws/tasks/a?token=${secret}`);
    await status(server, { authorization: `Bearer ${secret}` }, `/api/v1/tasks/none?token=${secret}`);
  }
  for (const secret of [server.secret, ...shown]) expect(server.said()).not.toContain(secret);
});

describe("beyond loopback", () => {
  const listen = (host: string, ...more: string[]) => [
    ...[...programs.keruta, "serve", "--host", host, "--port", "0", "--data", "data", ...more],
  ];

  test("an open server refuses to start, and says what to do", async () => {
    await using server = await startGuardedServer();
    const open = server.run(listen("0.0.0.0"));
    expect((await open.ended()).code).toBe(1);
    expect(open.stderr()).toContain(
      "cannot listen on 0.0.0.0: everybody who can reach it could read and change everything",
    );
    expect(open.stderr()).toContain("--insecure");
  });

  test("unless somebody asks for it", async () => {
    await using server = await startGuardedServer();
    const open = server.run(listen("0.0.0.0", "--insecure"));
    await waitFor("it to listen", () => !open.isRunning || open.stderr().includes("open http"));
    expect(open.stderr()).toContain("everybody who can reach this server may do everything");
  });
});

test("over TLS an agent that knows the certificate streams", async () => {
  await using server = await startGuardedServer({ tls: true });
  const token = await server.token("agent", "build");
  for (const variable of ["KERUTA_TLS_CA_FILE", "NODE_EXTRA_CA_CERTS"]) {
    const env = { KERUTA_API_TOKEN: token, [variable]: server.certFile };
    const agent = execute(server, "build", env, `echo ${variable}`);
    expect((await agent.ended()).code).toBe(0);
    const reader = logs(server, "build", env);
    await reader.ended();
    expect(reader.stdout()).toBe(`${variable}\n`);
  }
  const stranger = logs(server, "build", { KERUTA_API_TOKEN: token });
  expect((await stranger.ended()).code).toBe(1);
  expect(stranger.stderr()).toContain("self signed certificate");
});
