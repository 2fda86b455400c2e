import { expect, test } from "bun:test";
import { subprotocol } from "@keruta/protocol";
import { webSocketOpener } from "./socket.ts";

test("a token goes with the handshake, beside the subprotocol", async () => {
  const asked = Promise.withResolvers<Headers>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.resolve(request.headers);
      return new Response("", { status: 403 });
    },
  });
  const closed = Promise.withResolvers<number>();
  const events = { opened() {}, received() {}, closed: (code: number) => closed.resolve(code) };
  webSocketOpener({ authorization: "Bearer secret" })(`ws://127.0.0.1:${server.port}/`, subprotocol, events);
  const headers = await asked.promise;
  expect(headers.get("authorization")).toBe("Bearer secret");
  expect(headers.get("sec-websocket-protocol")).toBe(subprotocol);
  expect(await closed.promise).toBe(1002);
  await server.stop(true);
});
