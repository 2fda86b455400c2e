import { expect, test } from "bun:test";
import { canonicalPath } from "./canonical-path.ts";

function pathOf(path: string, init: RequestInit = {}): string {
  return canonicalPath(new Request(`http://server${path}`, init));
}

test("every documented spelling of an address is the same address", () => {
  const spellings = [
    "/api/v1/tasks/t/logs",
    "/api/tasks/t/logs",
    "/tasks/t/logs",
    "/api/v1/api/v1/tasks/t/logs",
    "/api/api/v1/tasks/t/logs",
    "/api/tasks/t/log",
    "/tasks/t/log",
  ];
  for (const path of spellings) expect([path, pathOf(path)]).toEqual([path, "/api/v1/tasks/t/logs"]);
  expect(pathOf("/tasks")).toBe("/api/v1/tasks");
  expect(pathOf("/api/v1/tasks/t/resume?x=1")).toBe("/api/v1/tasks/t/input");
  expect(pathOf("/api/health")).toBe("/api/v1/health");
  expect(pathOf("/api/v1/tasks/api/logs")).toBe("/api/v1/tasks/api/logs");
});

test("a browser that asks for a page of the panel gets that", () => {
  const headers = { Accept: "text/html,application/xhtml+xml" };
  expect(pathOf("/tasks/t", { headers })).toBe("/tasks/t");
  expect(pathOf("/tasks/t/status", { headers, method: "PUT" })).toBe("/api/v1/tasks/t/status");
  expect(pathOf("/api/tasks/t", { headers })).toBe("/api/v1/tasks/t");
});

test("what is not the API's stays as it is", () => {
  for (const path of ["/", "/health", "/apiary", "/api", "/tasksx", "/assets/tasks/1", "/ws/tasks/t"])
    expect(pathOf(path)).toBe(path);
});
