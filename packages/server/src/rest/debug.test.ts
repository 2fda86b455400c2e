import { expect, test } from "bun:test";
import { collectGarbage, fromHere } from "./debug.ts";

function ask(address: string): Response | Promise<Response> {
  const context = { env: { address }, json: (body: object) => Response.json(body) };
  return fromHere(collectGarbage).handle({ context } as never);
}

test.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])("answers %s, which is this machine", async (address) => {
  expect((await ask(address)).status).toBe(200);
});

test.each(["192.0.2.1", "fd00::2", "::ffff:192.0.2.1", ""])("refuses %p", (address) => {
  expect(() => ask(address)).toThrow("own machine only");
});
