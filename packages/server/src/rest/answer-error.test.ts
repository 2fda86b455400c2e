import { expect, test } from "bun:test";
import { Hono } from "hono";
import { answerError } from "./answer-error.ts";

test("a fault of the server's own is INTERNAL_SERVER_ERROR: its cause is in the server's log, not in the answer", async () => {
  const logged: object[] = [];
  const quiet = () => {};
  const logger = { debug: quiet, info: quiet, warn: quiet, error: (details: object) => logged.push(details) };
  const app = new Hono();
  app.get("/fault", () => {
    throw new TypeError("the cause");
  });
  app.onError(answerError(logger));
  const answer = await app.request("/fault");
  expect(answer.status).toBe(500);
  expect(answer.headers.get("x-error-code")).toBe("INTERNAL_SERVER_ERROR");
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ error: { code: "INTERNAL_SERVER_ERROR", status: 500 } });
  expect(text).not.toContain("the cause");
  expect(logged).toEqual([{ err: expect.objectContaining({ message: "the cause" }), path: "/fault" }]);
});
