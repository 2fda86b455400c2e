import { afterAll, expect, test } from "bun:test";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { FaultProxy } from "./fault-proxy.ts";
import { waitFor } from "./wait-for.ts";

const echo = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    received += bytes.length;
    socket.write(bytes);
  });
});
let received = 0;
await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
afterAll(() => echo.close());

async function open(): Promise<{ proxy: FaultProxy; client: Client }> {
  received = 0;
  const proxy = await FaultProxy.start((echo.address() as AddressInfo).port);
  return { proxy, client: new Client(Number(new URL(proxy.url).port)) };
}

class Client implements Disposable {
  text = "";
  error: string | undefined;
  isClosed = false;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (bytes) => {
      this.text += bytes.toString();
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
    this.socket.on("close", () => {
      this.isClosed = true;
    });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

test("passes every byte, sliced, late and slowly, in order", async () => {
  const { proxy, client } = await open();
  await using _ = proxy;
  using __ = client;
  Object.assign(proxy.up, { sliceBytes: 3, latencyMs: 1, bytesPerSecond: 100_000 });
  const text = "0123456789".repeat(20);
  client.socket.write(text);
  await waitFor("all of it", () => client.text === text);
});

test("cuts after exactly the bytes asked for", async () => {
  const { proxy, client } = await open();
  await using _ = proxy;
  using __ = client;
  proxy.cutsAfterUpBytes.push(7);
  client.socket.write("0123456789");
  await waitFor("the cut", () => client.isClosed);
  expect(received).toBe(7);
});

test("swallows one direction and leaves the other", async () => {
  const { proxy, client } = await open();
  await using _ = proxy;
  using __ = client;
  proxy.down.isSwallowing = true;
  client.socket.write("lost");
  await waitFor("the server to have it", () => received === 4);
  proxy.down.isSwallowing = false;
  client.socket.write("kept");
  await waitFor("the rest", () => client.text === "kept");
});

test("stalls both ways without ending the connection, then goes on", async () => {
  const { proxy, client } = await open();
  await using _ = proxy;
  using __ = client;
  proxy.up.isStalled = true;
  client.socket.write("held");
  await waitFor("the connection", () => proxy.openConnections === 1);
  expect([received, client.isClosed]).toEqual([0, false]);
  proxy.up.isStalled = false;
  await waitFor("what was held", () => client.text === "held");
});

test("resets", async () => {
  const { proxy, client } = await open();
  await using _ = proxy;
  using __ = client;
  client.socket.write("x");
  await waitFor("the echo", () => client.text === "x");
  proxy.resetAll();
  await waitFor("the reset", () => client.isClosed);
  expect(client.error).toBe("ECONNRESET");
});
