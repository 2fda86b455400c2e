import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { type Ended, Program } from "./program.ts";
import { programs } from "./programs.ts";
import { waitFor } from "./wait-for.ts";

/** `keruta serve` on one data folder and one port, for as many lives as a test needs. */
export class Server {
  #program: Program | undefined;
  #lives = 0;

  private constructor(
    private readonly dir: string,
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(dir: string, env: Readonly<Record<string, string>> = {}): Promise<Server> {
    const server = new Server(dir, await freePort(), env);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get dataDir(): string {
    return join(this.dir, "data");
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error("the server is not running");
    return this.#program;
  }

  /** Starts it (again) and waits until it answers. */
  async start(): Promise<void> {
    const life = join(this.dir, `life-${++this.#lives}`);
    mkdirSync(life, { recursive: true });
    const address = ["--host", "127.0.0.1", "--port", String(this.port), "--data", this.dataDir];
    this.#program = new Program([...programs.keruta, "serve", ...address], { dir: life, env: this.env });
    await waitFor("the server to answer", () => this.#isUp());
  }

  async kill(): Promise<void> {
    this.program.kill("SIGKILL");
    await this.program.ended();
    this.#program = undefined;
  }

  async stop(): Promise<Ended> {
    const { program } = this;
    program.kill("SIGTERM");
    const ended = await program.ended();
    this.#program = undefined;
    return ended;
  }

  async #isUp(): Promise<boolean> {
    const { program } = this;
    if (!program.isRunning)
      throw new Error(`the server did not start: ${program.stdout()}${program.stderr()}`);
    return fetch(`${this.url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
  }
}
