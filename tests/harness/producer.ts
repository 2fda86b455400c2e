import { randomUUID } from "node:crypto";
import { protocolVersion, type ServerMessage } from "@keruta/protocol";
import { type Closed, Peer } from "./peer.ts";
import { waitFor, within } from "./wait-for.ts";

type Welcome = Extract<ServerMessage, { type: "welcome" }>;
type Refusal = Extract<ServerMessage, { type: "error" }>;

/** An agent without a script: it claims an attempt, sends the frames it is told to and writes down every answer. */
export class Producer {
  /** The highest sequence an ack has named. */
  acknowledged = 0;
  readonly resumes: number[] = [];
  readonly refusals: Refusal[] = [];
  welcome: Welcome | undefined;
  isEnded = false;

  private constructor(
    readonly runId: string,
    private readonly peer: Promise<Peer>,
  ) {}

  /** Connects and says `hello`; `welcomed` or `refused` tell how that went. */
  static async open(
    url: string,
    task: string,
    runId: string = randomUUID(),
    claim?: number,
  ): Promise<Producer> {
    const take = (message: ServerMessage) => producer.#take(message);
    const producer: Producer = new Producer(runId, Peer.connect(url, task, take));
    const peer = await producer.peer;
    peer.send({
      type: "hello",
      protocol: protocolVersion,
      runId,
      ...(claim === undefined ? {} : { claim }),
      startedAtUs: Date.now() * 1000,
      agent: { version: "0", host: "test", pid: process.pid },
    });
    return producer;
  }

  welcomed(): Promise<Welcome> {
    return waitFor("welcome", () => this.welcome);
  }

  refused(): Promise<Refusal> {
    return waitFor("a refusal", () => this.refusals[0]);
  }

  async resumed(): Promise<void> {
    await waitFor("to be told where to resume", () => this.resumes.length > 0);
  }

  async closed(): Promise<Closed> {
    return within("the connection to be closed", (await this.peer).closed);
  }

  async send(frame: Uint8Array): Promise<void> {
    (await this.peer).send({ type: "chunk", chunk: frame as Uint8Array<ArrayBuffer> });
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    (await this.peer).sendBytes(bytes);
  }

  async acknowledgedThrough(sequence: number): Promise<void> {
    await waitFor(`an ack of line ${sequence}`, () => this.acknowledged >= sequence);
  }

  /** Says that the script has ended well and waits until all of it is durable. */
  async end(lastSequence: number): Promise<void> {
    const endedAtUs = Date.now() * 1000;
    (await this.peer).send({ type: "end", lastSequence, state: "COMPLETED", endedAtUs, exitCode: 0 });
    await waitFor("the end to be durable", () => this.isEnded);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.peer.catch(() => undefined))?.terminate();
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.welcome = message;
        return;
      case "ack":
        this.acknowledged = Math.max(this.acknowledged, message.sequence);
        return;
      case "resume":
        this.resumes.push(message.next);
        return;
      case "error":
        this.refusals.push(message);
        return;
      case "ended":
        this.isEnded = true;
        return;
    }
  }
}
