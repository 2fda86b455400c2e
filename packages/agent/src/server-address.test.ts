import { describe, expect, test } from "bun:test";
import { baseUrl, taskSocketUrl } from "./server-address.ts";

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
});

describe("a task's socket", () => {
  const taskId = "a&b 日";
  const name = "a%26b%20%E6%97%A5";

  test("is under the server's address", () =>
    expect(taskSocketUrl({ apiUrl: "https://x/logs" }, taskId)).toBe(`wss://x/logs/ws/tasks/${name}`));

  test.each(["ws://y/ws/tasks", "ws://y/ws/tasks/", "http://y/ws/tasks", `ws://y/ws/tasks/${name}`])(
    "is under %s where that is given",
    (webSocketUrl) =>
      expect(taskSocketUrl({ apiUrl: "https://x", webSocketUrl }, taskId)).toBe(`ws://y/ws/tasks/${name}`),
  );
});
