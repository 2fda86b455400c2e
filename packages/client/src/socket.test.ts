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
  const closed = Promise.withResolvers<void>();
  const events = { opened() {}, received() {}, closed: () => closed.resolve() };
  webSocketOpener({ headers: { authorization: "Bearer secret" } })(
    `ws://127.0.0.1:${server.port}/`,
    subprotocol,
    events,
  );
  const headers = await asked.promise;
  expect(headers.get("authorization")).toBe("Bearer secret");
  expect(headers.get("sec-websocket-protocol")).toBe(subprotocol);
  await closed.promise;
  await server.stop(true);
});
