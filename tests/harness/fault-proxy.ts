import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Link, type LinkFaults, noFaults } from "./link.ts";

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
}

/** A TCP proxy that stands between a program and its server and can be as bad as a network gets. */
export class FaultProxy {
  /** From client to server. */
  readonly up: LinkFaults = noFaults();
  /** From server to client. */
  readonly down: LinkFaults = noFaults();
  /** The next connections are cut after so many bytes upwards, one entry each; none left: not cut. */
  readonly cutsAfterUpBytes: number[] = [];
  /** True: connections are reset as soon as they come. */
  isRefusing = false;
  /** How many connections there have been. */
  connections = 0;
  readonly #open = new Set<Connection>();

  private constructor(
    private readonly listener: Server,
    private readonly serverPort: number,
  ) {
    listener.on("connection", (client) => this.#accept(client));
  }

  static async start(serverPort: number): Promise<FaultProxy> {
    const listener = createServer();
    const proxy = new FaultProxy(listener, serverPort);
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  get openConnections(): number {
    return this.#open.size;
  }

  /** Ends every connection now, whatever is on the way. */
  cutAll(): void {
    for (const { client, server } of this.#open) {
      client.destroy();
      server.destroy();
    }
  }

  /** Ends every connection with a TCP reset. */
  resetAll(): void {
    for (const { client, server } of this.#open) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.up.isStalled = this.down.isStalled = false;
    this.cutAll();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  #accept(client: Socket): void {
    this.connections++;
    if (this.isRefusing) {
      client.on("error", () => {});
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.serverPort, "127.0.0.1");
    const connection = { client, server };
    this.#open.add(connection);
    const cut = () => {
      this.#open.delete(connection);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.on("error", cut);
      // A stalled link must look alive to the other end even when this end has gone.
      socket.on("close", () => this.#isStalled() || cut());
    }
    new Link(client, server, this.up, this.cutsAfterUpBytes.shift() ?? Number.POSITIVE_INFINITY, cut);
    new Link(server, client, this.down, Number.POSITIVE_INFINITY, cut);
  }

  #isStalled(): boolean {
    return this.up.isStalled || this.down.isStalled;
  }
}
