import { expect, test } from "bun:test";
import { addressOf, type Route, routeOf } from "./route.ts";

test.each<[string, string, Route]>([
  ["/", "", { page: "tasks" }],
  ["/tasks", "", { page: "tasks" }],
  ["/tasks/task123", "", { page: "task", taskId: "task123" }],
  ["/tasks/%E5%A3%B2%E4%B8%8A", "?attempt=2", { page: "task", taskId: "売上", attempt: 2 }],
  ["/tasks/a", "?attempt=0", { page: "task", taskId: "a" }],
  ["/tasks/a", "?attempt=x", { page: "task", taskId: "a" }],
  ["/tasks/a/b", "", { page: "missing" }],
  ["/tasks/%E5", "", { page: "missing" }],
])("%s%s", (path, search, route) => {
  expect(routeOf(path, search)).toEqual(route);
});

test("an address leads back to its page", () => {
  for (const taskId of ["a", "売上 集計", "a%b", "x&attempt=3"]) {
    const [path, search] = addressOf({ page: "task", taskId, attempt: 7 }).split("?");
    expect(routeOf(path!, `?${search}`)).toEqual({ page: "task", taskId, attempt: 7 });
  }
});
