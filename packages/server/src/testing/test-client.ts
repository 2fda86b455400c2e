import {
  type ClientMessage,
  decodeServerMessage,
  encodeMessage,
  openFrame,
  type ServerMessage,
  subprotocol,
} from "@keruta/protocol";
import { makeHello } from "./make-frame.ts";
import { linesOfFrame } from "./read-lines.ts";

type Of<Type extends ServerMessage["type"]> = Extract<ServerMessage, { type: Type }>;

/** A bare WebSocket client: keeps every message, and waits for conditions. */
export class TestClient {
  readonly messages: ServerMessage[] = [];
  closed: { code: number; reason: string } | undefined;
  takenBytes = 0;
  #changed: (() => void)[] = [];

  private constructor(
    readonly socket: WebSocket,
    private readonly acknowledges: boolean,
  ) {
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#receive(decodeServerMessage(new Uint8Array(data as ArrayBuffer)));
    socket.onclose = ({ code, reason }) => {
      this.closed = { code, reason };
      this.#tell();
    };
  }

  static async open(serverUrl: string, path: string, { acknowledges = true } = {}): Promise<TestClient> {
    const socket = new WebSocket(serverUrl.replace("http", "ws") + path, subprotocol);
    const client = new TestClient(socket, acknowledges);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("cannot connect"));
    });
    return client;
  }

  /** An agent that has been welcomed. */
  static async agent(serverUrl: string, taskId: string, runId: string, claim?: number) {
    const agent = await TestClient.open(serverUrl, `/ws/tasks/${taskId}`);
    agent.send(makeHello(runId, claim));
    const welcome = await agent.waitFor("welcome");
    return { agent, welcome };
  }

  send(message: ClientMessage): void {
    this.socket.send(encodeMessage(message));
  }

  sendChunk(frame: Uint8Array): void {
    this.send({ type: "chunk", chunk: frame as Uint8Array<ArrayBuffer> });
  }

  all<Type extends ServerMessage["type"]>(type: Type): Of<Type>[] {
    return this.messages.filter((message): message is Of<Type> => message.type === type);
  }

  /** Texts of all lines received, each with its sequence. A chunk may begin before the next line, as for any client. */
  lines(): string[] {
    const lines: string[] = [];
    let next = 0;
    for (const { chunk } of this.all("chunk")) {
      const { firstSequence, lineCount } = openFrame(chunk).header;
      lines.push(...linesOfFrame(chunk).slice(Math.max(0, next - firstSequence)));
      next = firstSequence + lineCount;
    }
    return lines;
  }

  /** Sequences of all chunks received, as ranges: `["1-10", "11-15"]`. */
  ranges(): string[] {
    return this.all("chunk").map(({ chunk }) => {
      const { firstSequence, lineCount } = openFrame(chunk).header;
      return `${firstSequence}-${firstSequence + lineCount - 1}`;
    });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  /** The newest message of the type, once there is one that fits. */
  async waitFor<Type extends ServerMessage["type"]>(
    type: Type,
    fits: (message: Of<Type>) => boolean = () => true,
  ): Promise<Of<Type>> {
    const find = () => this.all(type).findLast(fits);
    await this.until(() => find() !== undefined || this.closed !== undefined);
    const found = find();
    if (found === undefined) throw new Error(`closed with ${JSON.stringify(this.closed)} before ${type}`);
    return found;
  }

  async waitForClose(): Promise<{ code: number; reason: string }> {
    await this.until(() => this.closed !== undefined);
    return this.closed!;
  }

  close(): void {
    this.socket.close();
  }

  acknowledge(): void {
    this.send({ type: "ack", bytes: this.takenBytes });
  }

  #receive(message: ServerMessage): void {
    if (message.type === "ping") this.send({ type: "pong" });
    if (message.type === "subscribed") this.takenBytes = 0;
    if (message.type === "chunk") {
      this.takenBytes += message.chunk.length;
      if (this.acknowledges) this.acknowledge();
    }
    this.messages.push(message);
    this.#tell();
  }

  #tell(): void {
    for (const changed of this.#changed.splice(0)) changed();
  }
}
