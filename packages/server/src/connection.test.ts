import { afterAll, expect, test } from "bun:test";
import { KerutaError } from "@keruta/protocol";
import { Connection, type Dialect, type SocketData } from "./connection.ts";
import type { Identity } from "./identity.ts";
import { silentLogger } from "./logger.ts";

/** Says whose each text is; `auth <token>` says who one is, `rest <ms>` wants not to be read for a while. */
class Echo implements Dialect {
  readonly hasBegun = true;
  readonly patience = 1;

  constructor(private readonly connection: Connection) {}

  receive(data: string | Uint8Array): void {
    const [word, value = ""] = String(data).split(" ");
    if (word === "auth") this.#authenticate(value);
    else if (word === "rest") this.connection.rest(Number(value));
    else this.connection.sendText(`${this.connection.identity?.name}: ${data}`);
  }

  #authenticate(token: string): void {
    this.connection.authenticate(token).then(
      ({ name }) => this.connection.sendText(`authenticated ${name}`),
      (error) => this.connection.fail(error),
    );
  }

  drained(): void {}
  ping(): void {}
  goAway(): void {}
  closed(): void {}

  tell({ message }: KerutaError): void {
    this.connection.sendText(`error ${message}`);
  }
}

/** Takes any token but `bad`, after as long as it takes to ask somebody. */
async function identifyToken(name: string): Promise<Identity> {
  await Bun.sleep(10);
  if (name === "bad") throw new KerutaError("UNAUTHORIZED", "it is bad");
  return { name, role: "viewer" };
}

const observer = { refused: () => undefined };

const server = Bun.serve<SocketData>({
  port: 0,
  fetch(request, server) {
    const data: SocketData = {
      place: { taskId: "a" },
      address: "127.0.0.1",
      begin: (connection) => new Echo(connection),
      identity: undefined,
    };
    return server.upgrade(request, { data }) ? undefined : new Response(null, { status: 400 });
  },
  websocket: {
    data: {} as SocketData,
    open(socket) {
      socket.data.connection = new Connection(socket, { identifyToken, logger: silentLogger, observer }, 0);
    },
    message: (socket, text) => socket.data.connection?.receive(text, 0),
    close: (socket) => socket.data.connection?.closed(),
  },
});
afterAll(() => server.stop(true));

/** Everything that comes back, until so many texts have or the server closes. */
async function said(texts: readonly string[], count: number): Promise<{ texts: string[]; code?: number }> {
  const socket = new WebSocket(server.url.href.replace("http", "ws"));
  const received: string[] = [];
  socket.onopen = () => {
    for (const text of texts) socket.send(text);
  };
  const code = await new Promise<number | undefined>((resolve) => {
    socket.onmessage = ({ data }) => received.push(data as string) === count && resolve(undefined);
    socket.onclose = ({ code }) => resolve(code);
  });
  socket.close();
  return code === undefined ? { texts: received } : { texts: received, code };
}

test("what is sent behind a token is for whoever the token names, and comes behind the answer to it", async () => {
  const { texts } = await said(["one", "auth ann", "two", "auth bob", "three", "four"], 6);
  expect(texts).toEqual([
    "undefined: one",
    "authenticated ann",
    "ann: two",
    "authenticated bob",
    "bob: three",
    "bob: four",
  ]);
});

test("a token that is not good changes nothing but what is made of it", async () => {
  expect(await said(["auth bad", "one"], 9)).toEqual({ texts: ["error it is bad"], code: 4401 });
});

test("somebody who has not said who they are cannot make the server keep much", async () => {
  const long = "x".repeat(20_000);
  expect((await said([long], 9)).code).toBe(4413);
  const many = Array.from({ length: 40 }, () => "x".repeat(1_000));
  expect((await said(["auth ann", ...many], 99)).code).toBe(4413);
});

test("a peer that is not read for a while loses nothing, and can take a second rest", async () => {
  const numbered = Array.from({ length: 300 }, (_, i) => String(i));
  const texts = numbered.flatMap((text, i) => (i % 100 === 0 ? ["rest 20", text] : [text]));
  const answers = await said(["auth ann", ...texts.slice(0, 200), ...texts.slice(200)], 301);
  expect(answers.texts.slice(1)).toEqual(numbered.map((text) => `ann: ${text}`));
});
