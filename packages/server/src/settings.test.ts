import { describe, expect, test } from "bun:test";
import { ConfigError, resolve, type Table } from "@keruta/config";
import { isProtected } from "./auth-settings.ts";
import { operatorSettings, settingsOf } from "./config.ts";
import { silentLogger } from "./logger.ts";
import { serverSettings } from "./settings.ts";

const table: Table = serverSettings;

function read(environment: Record<string, string>, content?: unknown) {
  const file = content === undefined ? undefined : { path: "/server.yaml", content };
  return resolve(serverSettings, { environment, file, prefix: "KERUTA_" });
}

test("a server that is told nothing listens on loopback, asks nobody who they are, and keeps to the documented limits", () => {
  const settings = settingsOf({ dataDir: "data", logger: silentLogger });
  expect(settings).toMatchObject({ host: "127.0.0.1", port: 8_080, insecure: false, tls: undefined });
  expect(isProtected(settings.auth)).toBe(false);
  expect(settings.auth).toMatchObject({ accessTokenLifetimeMs: 3_600_000, queryToken: false });
  expect(settings.rateLimits).toEqual({
    requestsPerMinute: 1_000,
    burst: 100,
    connectionsPerMinute: 100,
    logsPerMinute: 10_000,
  });
});

test("what a program gives comes before the table's defaults", () => {
  expect(settingsOf({ dataDir: "data", port: 0, logger: silentLogger })).toMatchObject({
    port: 0,
    host: "127.0.0.1",
  });
});

test("a file sets everything, users too", () => {
  const { values } = read(
    {},
    {
      server: { host: "0.0.0.0", allowed_hosts: ["a", "b"], tls: { cert: "/c", key: "/k" } },
      auth: { jwtSecret: "s", users: [{ username: "ann", password_hash: "$argon2id$x", role: "admin" }] },
      api: { rateLimit: { requestsPerMinute: 5, burstSize: 2 } },
      agents: { lostAfter: "5m" },
      tasks: { autoCreate: false },
    },
  );
  expect(operatorSettings(values)).toMatchObject({
    host: "0.0.0.0",
    allowedHosts: ["a", "b"],
    tls: { certFile: "/c", keyFile: "/k" },
    auth: { jwtSecret: "s", users: [{ username: "ann", passwordHash: "$argon2id$x", role: "admin" }] },
    rateLimits: { requestsPerMinute: 5, burst: 2 },
    agentLostAfterMs: 300_000,
    autoCreateTasks: false,
  });
});

describe("refused are", () => {
  test.each([
    [{ username: "ann", role: "admin" }],
    [{ username: "ann", passwordHash: "x", role: "king" }],
    [{ username: "", passwordHash: "x", role: "admin" }],
    ["ann"],
  ])("the user %p", (user) => {
    expect(() => read({}, { auth: { users: [user] } })).toThrow(
      "expected a list of users, each with username",
    );
  });

  test("one half of TLS", () => {
    const { values } = read({}, { server: { tls: { cert: "/c" } } });
    expect(() => operatorSettings(values)).toThrow(ConfigError);
  });
});

describe("variables", () => {
  test("of Services called keruta, keruta-server, keruta-api and the like change nothing", () => {
    const names = ["KERUTA", "KERUTA_SERVER", "KERUTA_API", "KERUTA_SERVER_METRICS", "KERUTA_JWT"];
    const environment = Object.fromEntries(
      names.flatMap((name) => [
        [`${name}_SERVICE_HOST`, "10.0.0.1"],
        [`${name}_SERVICE_PORT`, "8080"],
        [`${name}_SERVICE_PORT_HTTP`, "8080"],
        [`${name}_PORT`, "tcp://10.0.0.1:8080"],
        [`${name}_PORT_8080_TCP`, "tcp://10.0.0.1:8080"],
        [`${name}_PORT_8080_TCP_PROTO`, "tcp"],
        [`${name}_PORT_8080_TCP_PORT`, "8080"],
        [`${name}_PORT_8080_TCP_ADDR`, "10.0.0.1"],
      ]),
    );
    const { values, origins, warnings } = read(environment);
    expect(warnings).toEqual([]);
    expect(values["server.port"]).toBe(8_080);
    expect(Object.values(origins).filter(({ from }) => from !== "default")).toEqual([]);
  });

  test("of an agent on the same machine are no mistake of the server's", () => {
    const environment = {
      KERUTA_API_URL: "http://x",
      KERUTA_API_TOKEN: "t",
      KERUTA_API_KEY: "k",
      KERUTA_AUTH_TOKEN: "t",
      KERUTA_TASK_ID: "t",
      KERUTA_LOG_LEVEL: "INFO",
      KERUTA_WORK_DIR: "/work",
    };
    expect(read(environment).warnings).toEqual([]);
  });

  test("that the documents name are known", () => {
    const known = Object.values(table).flatMap(({ variables = [] }) => variables);
    const mongo = ["HOST", "PORT", "DATABASE", "USERNAME", "PASSWORD", "AUTHENTICATION_DATABASE"];
    expect(known).toEqual(
      expect.arrayContaining([
        ...mongo.map((name) => `SPRING_DATA_MONGODB_${name}`),
        ...["JWT_SECRET", "JWT_EXPIRATION", "JWT_REFRESH_EXPIRATION"],
        ...["BACKEND_URL", "API_URL", "API_VERSION", "AUTH_TOKEN"],
      ]),
    );
  });

  test("a mistyped one is warned of", () => {
    expect(read({ KERUTA_SERVER_PROT: "1" }).warnings).toEqual([
      "KERUTA_SERVER_PROT is not known; did you mean KERUTA_SERVER_PORT?",
    ]);
  });
});

test("every setting falls back on a value of its kind", () => {
  for (const { kind, default: fallback } of Object.values(table))
    if (fallback !== undefined) expect(kind.read(kind.show(fallback))).toEqual(fallback);
});
