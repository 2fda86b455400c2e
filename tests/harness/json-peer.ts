import { waitFor } from "./wait-for.ts";

export type JsonMessage = Readonly<Record<string, unknown>> & { readonly type: string };

/** A connection that speaks JSON and keeps every message it gets. */
export class JsonPeer {
  readonly messages: JsonMessage[] = [];
  closeCode: number | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.onmessage = ({ data }) => this.messages.push(JSON.parse(data as string));
    socket.onclose = ({ code }) => {
      this.closeCode = code;
    };
  }

  /** `path` of the socket, such as `/ws/tasks/a`. */
  static async open(
    serverUrl: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<JsonPeer> {
    const peer = new JsonPeer(new WebSocket(serverUrl.replace("http", "ws") + path, { headers }));
    await waitFor(`${path} to open or not`, () => peer.socket.readyState !== WebSocket.CONNECTING);
    if (peer.socket.readyState !== WebSocket.OPEN) throw new Error(`cannot connect to ${path}`);
    return peer;
  }

  /** A viewer that has been told that it is one. */
  static async viewer(serverUrl: string, task: string, options: object = {}): Promise<JsonPeer> {
    const peer = await JsonPeer.open(serverUrl, `/ws/tasks/${task}`);
    peer.send({ type: "subscribe", taskId: task, options });
    await peer.got("subscribed");
    return peer;
  }

  send(message: object | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  all(type: string): JsonMessage[] {
    return this.messages.filter((message) => message.type === type);
  }

  got(type: string, fits: (message: JsonMessage) => boolean = () => true): Promise<JsonMessage> {
    return waitFor(`a message of type ${type}`, () => {
      const found = this.all(type).find(fits);
      if (found === undefined && this.closeCode !== undefined)
        throw new Error(`closed with ${this.closeCode} before a message of type ${type}`);
      return found;
    });
  }

  /** The lines, once there are so many. */
  async lines(count: number): Promise<JsonMessage[]> {
    await waitFor(`${count} lines`, () => this.all("log").length >= count);
    return this.all("log");
  }

  async closed(): Promise<number> {
    await waitFor("the connection to be closed", () => this.closeCode !== undefined);
    return this.closeCode!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
  }
}
