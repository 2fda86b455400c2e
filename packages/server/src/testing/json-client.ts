export type JsonMessage = Readonly<Record<string, unknown>> & { readonly type: string };

/** A bare client of the JSON messages: keeps what it is sent, and waits for conditions. */
export class JsonClient {
  readonly messages: JsonMessage[] = [];
  #lineCount = 0;
  closed: { code: number; reason: string } | undefined;
  #changed: (() => void)[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.onmessage = ({ data }) => {
      const message: JsonMessage = JSON.parse(data as string);
      this.messages.push(message);
      if (message.type === "log") this.#lineCount++;
      this.#tell();
    };
    socket.onclose = ({ code, reason }) => {
      this.closed = { code, reason };
      this.#tell();
    };
  }

  static async open(
    serverUrl: string,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<JsonClient> {
    const socket = new WebSocket(serverUrl.replace("http", "ws") + path, { headers });
    const client = new JsonClient(socket);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("cannot connect"));
    });
    return client;
  }

  send(message: object | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  all(type: string): JsonMessage[] {
    return this.messages.filter((message) => message.type === type);
  }

  /** `<attempt>-<sequence> <message>` of every line. */
  lines(): string[] {
    return this.all("log").map(({ id, message }) => `${id} ${message}`);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.closed !== undefined) throw new Error(`closed: ${JSON.stringify(this.closed)}`);
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** The first message of the type that fits, once there is one. */
  async waitFor(type: string, fits: (message: JsonMessage) => boolean = () => true): Promise<JsonMessage> {
    await this.until(() => this.all(type).some(fits));
    return this.all(type).find(fits)!;
  }

  async lineCount(count: number): Promise<string[]> {
    await this.until(() => this.#lineCount >= count);
    return this.lines();
  }

  /** Waits until everything that was sent before has been taken in. */
  async settled(): Promise<void> {
    const pongs = this.all("pong").length;
    this.send({ type: "ping" });
    await this.until(() => this.all("pong").length > pongs);
  }

  async waitForClose(): Promise<{ code: number; reason: string }> {
    while (this.closed === undefined) await new Promise<void>((resolve) => this.#changed.push(resolve));
    return this.closed;
  }

  close(): void {
    this.socket.close();
  }

  #tell(): void {
    for (const changed of this.#changed.splice(0)) changed();
  }
}
