import { describe, expect, test } from "bun:test";
import { findKey, resolve, type Setting, type Table } from "@keruta/config";
import { agentSettings } from "./settings.ts";

const table: Table = agentSettings;

/** Every key of the documented configuration file, as the documents spell it. */
const documentedKeys = [
  ...under("logStreaming", "enabled bufferSize batchSize flushInterval maxRetries retryInterval level"),
  ...under("logStreaming.performance", "maxConcurrentStreams rateLimitPerSecond memoryLimitMB"),
  ...under("logStreaming.filters", "excludePatterns includePatterns maxMessageLength"),
  ...under("websocket", "url timeout reconnectInterval maxReconnectAttempts heartbeatInterval"),
  ...under("websocket.security", "enableSSL verifyCert certPath"),
  ...under("api", "url timeout retryCount retryInterval token"),
  ...under("api.rateLimit", "requestsPerMinute burstSize"),
  ...under("logging", "level format output"),
  ...under("logging.file", "enabled path maxSize maxBackups maxAge compress format"),
  ...under("monitoring", "enabled metrics prometheus.enabled prometheus.port"),
  ...under("debug", "enabled level pprof.enabled pprof.port trace.enabled trace.output"),
  "alerts",
  ...under("backup", "enabled schedule retention.days retention.maxSize"),
  ...under("backup.storage", "type bucket region"),
  ...under("error_handling", "auto_fix retry_count"),
  "input_detection.auto_detect",
  ...under("auth.keycloak", "server_url realm client_id device_flow offline_access"),
  ...under("auth.offline_mode", "enabled token_file cache_duration fallback_role"),
];

/** Every documented variable that an agent may find in its environment. */
const documentedVariables = [
  ...under("KERUTA_LOG", "STREAMING_ENABLED BUFFER_SIZE BATCH_SIZE FLUSH_INTERVAL LEVEL", "_"),
  ...under("KERUTA_WEBSOCKET", "URL TIMEOUT RECONNECT_INTERVAL MAX_RECONNECT_ATTEMPTS", "_"),
  ...under("KERUTA_API", "URL TIMEOUT RETRY_COUNT RETRY_INTERVAL KEY TOKEN ENDPOINT", "_"),
  ...under("KERUTA", "AUTH_TOKEN AUTH_TYPE AGENT_TOKEN TASK_ID WORK_DIR CONFIG", "_"),
  ...under("KERUTA", "AUTO_FIX_ENABLED RETRY_COUNT TIMEOUT AUTO_DETECT_INPUT", "_"),
  ...under("KERUTA", "AGENT_LATEST_RELEASE_URL COMMON_DOCS_PATH REPOSITORY_ID CACHE_DIR CREATE_VENV", "_"),
  ...under("KERUTA", "RUN_TESTS GIT_TOKEN REGISTRY_TOKEN USE_HTTP_INPUT SESSION_ID WORKSPACE_ID", "_"),
  ...under("KERUTA", "ARTIFACTS_DIR MAX_FILE_SIZE", "_"),
];

function under(parent: string, names: string, separator = "."): string[] {
  return names.split(" ").map((name) => `${parent}${separator}${name}`);
}

describe("the documented configuration file", () => {
  test.each(documentedKeys)("%s is known", (key) => expect(findKey(table, key)).toBeDefined());

  test("is read as it is", () => {
    const content = {
      logStreaming: {
        enabled: true,
        bufferSize: 1000,
        batchSize: 10,
        flushInterval: "1s",
        maxRetries: 3,
        retryInterval: "5s",
        level: "INFO",
        performance: { maxConcurrentStreams: 10, rateLimitPerSecond: 1000, memoryLimitMB: 512 },
        filters: {
          excludePatterns: [".*password.*", ".*secret.*", ".*token.*"],
          includePatterns: [".*"],
          maxMessageLength: 8192,
        },
      },
      websocket: {
        url: "ws://keruta-api:8080/ws/tasks",
        timeout: "30s",
        reconnectInterval: "5s",
        maxReconnectAttempts: 10,
        heartbeatInterval: "30s",
        security: { enableSSL: true, verifyCert: true, certPath: "/path/to/cert.pem" },
      },
      api: { url: "http://keruta-api:8080/api/v1", timeout: "30s", retryCount: 3, retryInterval: "5s" },
      logging: {
        level: "INFO",
        format: "json",
        output: "stdout",
        file: {
          enabled: false,
          path: "/var/log/keruta-agent.log",
          maxSize: "100MB",
          maxBackups: 5,
          maxAge: "30d",
        },
      },
      monitoring: { enabled: true, metrics: ["logCount"], prometheus: { enabled: false, port: 9090 } },
      debug: {
        enabled: true,
        level: "DEBUG",
        pprof: { enabled: true, port: 6060 },
        trace: { enabled: false },
      },
      alerts: [{ name: "high_latency", condition: "latency > 1s", duration: "2m", severity: "warning" }],
      backup: { enabled: true, schedule: "0 2 * * *", retention: { days: 30, maxSize: "10GB" } },
      error_handling: { auto_fix: true, retry_count: 4 },
      input_detection: { auto_detect: false },
    };
    const { values } = read({}, content);
    expect(values["logStreaming.flushInterval"]).toBe(1_000);
    expect(values["inputDetection.autoDetect"]).toBe(false);
    expect(values["logStreaming.filters.excludePatterns"]).toHaveLength(3);
  });
});

describe("documented variables", () => {
  test.each(documentedVariables)("%s is known", (name) => {
    expect(Object.values(table).flatMap(({ variables = [] }) => variables)).toContain(name);
  });

  test("of log streaming work alone, bare numbers being seconds", () => {
    const { values, warnings } = read({
      KERUTA_LOG_STREAMING_ENABLED: "true",
      KERUTA_LOG_BUFFER_SIZE: "1000",
      KERUTA_LOG_BATCH_SIZE: "10",
      KERUTA_LOG_FLUSH_INTERVAL: "1",
      KERUTA_LOG_LEVEL: "INFO",
      KERUTA_WEBSOCKET_URL: "ws://localhost:8080/ws/tasks",
      KERUTA_WEBSOCKET_TIMEOUT: "30",
      KERUTA_WEBSOCKET_RECONNECT_INTERVAL: "5",
      KERUTA_WEBSOCKET_MAX_RECONNECT_ATTEMPTS: "10",
      KERUTA_API_URL: "http://localhost:8080/api/v1",
      KERUTA_API_TIMEOUT: "30",
      KERUTA_API_RETRY_COUNT: "3",
      KERUTA_API_RETRY_INTERVAL: "5",
      KERUTA_AUTH_TOKEN: "a.b.c",
      KERUTA_API_KEY: "k",
      KERUTA_AUTH_TYPE: "bearer",
    });
    expect(warnings).toEqual([]);
    expect(values["logStreaming.flushInterval"]).toBe(1_000);
    expect(values["websocket.timeout"]).toBe(30_000);
    expect(values["api.token"]).toBe("a.b.c");
  });

  test("of the agent work alone", () => {
    const { values, warnings } = read({
      KERUTA_TASK_ID: "123e4567-e89b-12d3-a456-426614174000",
      KERUTA_API_URL: "http://keruta-api:8080",
      KERUTA_API_TOKEN: "a.b.c",
      KERUTA_LOG_LEVEL: "INFO",
      KERUTA_WORK_DIR: "/work",
      KERUTA_AUTO_FIX_ENABLED: "true",
      KERUTA_RETRY_COUNT: "3",
      KERUTA_TIMEOUT: "30",
      KERUTA_AUTO_DETECT_INPUT: "true",
    });
    expect(warnings).toEqual([]);
    expect(values["api.timeout"]).toBe(30_000);
    expect(values.workDir).toBe("/work");
  });

  test("of two names: the newer one counts, and a difference is told without telling a secret", () => {
    const { values, warnings } = read({
      KERUTA_API_TOKEN: "first",
      KERUTA_AUTH_TOKEN: "second",
      KERUTA_API_TIMEOUT: "5",
      KERUTA_TIMEOUT: "1800",
    });
    expect(values["api.token"]).toBe("first");
    expect(values["api.timeout"]).toBe(5_000);
    expect(values["execute.timeout"]).toBe(0);
    expect(warnings).toEqual([
      "KERUTA_API_TOKEN and KERUTA_AUTH_TOKEN are both set and differ: KERUTA_API_TOKEN counts",
      "KERUTA_API_TIMEOUT and KERUTA_TIMEOUT are both set and differ: KERUTA_API_TIMEOUT counts",
    ]);
  });
});

describe("every setting", () => {
  const settings = Object.entries(table);

  test.each(settings)("%s falls back on a value of its kind", (_key, setting) => {
    expectRoundTrip(setting);
  });

  test("has a flag and a variable of its own", () => {
    const flags = settings.flatMap(([, { flags = [], negativeFlags = [] }]) => [...flags, ...negativeFlags]);
    const variables = settings.flatMap(([, { variables = [] }]) => variables);
    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(variables).size).toBe(variables.length);
  });

  test("without effect says why", () => {
    for (const [, { accepted }] of settings) expect(accepted).not.toBe("");
  });
});

function expectRoundTrip({ kind, default: fallback }: Setting<unknown>): void {
  if (fallback === undefined) return;
  expect(kind.read(kind.show(fallback))).toEqual(fallback);
}

function read(environment: Record<string, string>, content?: unknown) {
  const file = content === undefined ? undefined : { path: "/documented.yaml", content };
  return resolve(agentSettings, { environment, file, prefix: "KERUTA_" });
}
