import { describe, expect, test } from "bun:test";
import { resolve } from "@keruta/config";
import { type ExecuteConfig, executeConfig, flushConfig } from "./config.ts";
import { agentSettings } from "./settings.ts";

type Variables = Readonly<Record<string, string>>;

function settings(environment: Variables) {
  return resolve(agentSettings, { environment });
}

function configOf(environment: Variables): ExecuteConfig {
  const { values } = settings({ KERUTA_TASK_ID: "t", ...environment });
  return executeConfig(values, undefined, ["true"], environment);
}

test("without an address, the server is where one listens by default", () => {
  expect(configOf({ KERUTA_API_URL: "" }).streaming?.server.apiUrl).toBe("http://127.0.0.1:8080");
});

test.each(["x", "ftp://x"])("the address %p is refused", (url) =>
  expect(() => configOf({ KERUTA_API_URL: url })).toThrow(`KERUTA_API_URL: "${url}" cannot be used`),
);

describe("where the spool is", () => {
  test.each([
    [{}, `${process.cwd()}/.keruta/spool`],
    [{ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, "/work/.keruta/spool"],
    [{ KERUTA_WORK_DIR: "/a", KUBERNETES_SERVICE_HOST: "x" }, "/a/.keruta/spool"],
    [{ KERUTA_WORK_DIR: "/a", KERUTA_SPOOL_DIR: "/c" }, "/c"],
  ])("with %p: %s", (environment, directory) =>
    expect(configOf(environment).streaming?.spoolDirectory).toBe(directory),
  );
});

describe("who we are to the server", () => {
  const token = { KERUTA_API_TOKEN: "t" };
  const key = { KERUTA_API_KEY: "k" };
  const byKey = { KERUTA_AUTH_TYPE: "api-key" };
  test.each<[Variables, Variables]>([
    [{}, {}],
    [token, { Authorization: "Bearer t" }],
    [{ KERUTA_AUTH_TOKEN: "u" }, { Authorization: "Bearer u" }],
    [{ ...token, KERUTA_AUTH_TOKEN: "u" }, { Authorization: "Bearer t" }],
    [key, { "X-API-Key": "k" }],
    [{ ...token, ...key }, { Authorization: "Bearer t" }],
    [{ ...token, ...key, ...byKey }, { "X-API-Key": "k" }],
  ])("%p is shown as %p", (environment, credentials) =>
    expect(configOf(environment).streaming?.server.credentials).toEqual(credentials),
  );

  test("a key that is asked for must be there", () => {
    expect(() => configOf({ ...token, ...byKey })).toThrow("there is no KERUTA_API_KEY");
  });
});

test("verbose is the same as DEBUG", () => {
  const { values } = resolve(agentSettings, {
    flags: new Map([["logging.verbose", { flag: "-v", given: true }]]),
  });
  expect(executeConfig({ ...values, "logStreaming.enabled": false }, "x", [], {}).leastOwnLevel).toBe(
    "DEBUG",
  );
});

test("the agent has a port only where it is told to", () => {
  expect(configOf({}).monitoring).toEqual({});
  expect(configOf({ KERUTA_METRICS_ENABLED: "true" }).monitoring).toEqual({ metricsPort: 9_090 });
});

test("flush goes to each spool's own server unless told of one", () => {
  expect(flushConfig(settings({}), {}).server.apiUrl).toBeUndefined();
  expect(flushConfig(settings({ KERUTA_API_URL: "http://x/api" }), {}).server.apiUrl).toBe("http://x");
});
