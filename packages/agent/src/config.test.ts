import { describe, expect, test } from "bun:test";
import { baseUrl, executeConfig, taskSocketUrl } from "./config.ts";

const given = { taskId: "t", apiUrl: "http://x" };

describe("the address of the server", () => {
  test.each([
    ["http://x:8080", "http://x:8080"],
    ["http://x/", "http://x"],
    ["http://x/api", "http://x"],
    ["https://x/api/v1", "https://x"],
    ["https://x/api/v1/", "https://x"],
    ["https://x/logs/api/v1", "https://x/logs"],
    ["ws://x", "http://x"],
    ["wss://x/api", "https://x"],
  ])("%s means %s", (url, base) => expect(baseUrl(url)).toBe(base));

  test("a task's socket is under it", () => {
    expect(taskSocketUrl({ apiUrl: "https://x/logs" }, "a&b 日")).toBe(
      "wss://x/logs/ws/tasks/a%26b%20%E6%97%A5",
    );
  });

  test("without one, it is where a server listens by default", () => {
    const { streaming } = executeConfig({ taskId: "t" }, ["true"], { KERUTA_API_URL: "" });
    expect(streaming?.server.apiUrl).toBe("http://127.0.0.1:8080");
  });

  test.each(["x", "ftp://x", ""])("%p is refused", (url) =>
    expect(() => executeConfig({ ...given, apiUrl: url }, ["true"], {})).toThrow(),
  );
});

describe("where the spool is", () => {
  const spool = (raw: object, env: Record<string, string>) =>
    executeConfig({ ...given, ...raw }, ["true"], env).streaming?.spoolDirectory;

  test.each([
    [{}, {}, `${process.cwd()}/.keruta/spool`],
    [{}, { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, "/work/.keruta/spool"],
    [{}, { KERUTA_WORK_DIR: "/a", KUBERNETES_SERVICE_HOST: "x" }, "/a/.keruta/spool"],
    [{ workDir: "/b" }, { KERUTA_WORK_DIR: "/a" }, "/b/.keruta/spool"],
    [{ workDir: "/b" }, { KERUTA_SPOOL_DIR: "/c" }, "/c"],
    [{ spoolDir: "/d" }, { KERUTA_SPOOL_DIR: "/c" }, "/d"],
  ])("%p with %p: %s", (raw, env, directory) => expect(spool(raw, env)).toBe(directory));
});

test("KERUTA_API_TOKEN comes before KERUTA_AUTH_TOKEN", () => {
  const credentials = (env: Record<string, string>) =>
    executeConfig(given, ["true"], env).streaming?.server.credentials;
  expect(credentials({ KERUTA_AUTH_TOKEN: "b" })).toEqual({ Authorization: "Bearer b" });
  expect(credentials({ KERUTA_API_TOKEN: "a", KERUTA_AUTH_TOKEN: "b" })).toEqual({
    Authorization: "Bearer a",
  });
  expect(credentials({})).toEqual({});
});
