import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, type AgentOptions, Flush } from "./agent.ts";
import { Cli } from "./cli.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { Producer } from "./producer.ts";
import type { ReceivedLog } from "./received-log.ts";
import { Server } from "./server.ts";
import { Viewer, type ViewerOptions } from "./viewer.ts";
import { waitFor } from "./wait-for.ts";

type Execution = Omit<AgentOptions, "apiUrl"> & { readonly apiUrl?: string };

/**
 * One server and everything a test sets up around it, in a directory that goes away with it.
 * `await using stage = await openStage()` ends whatever is still running.
 */
export class Stage {
  readonly #things = new AsyncDisposableStack();
  #directories = 0;

  private constructor(
    readonly dir: string,
    readonly server: Server,
  ) {
    this.#things.defer(() => rmSync(dir, { recursive: true, force: true }));
    this.#things.use(server);
  }

  static async open(serverEnv: Readonly<Record<string, string>>): Promise<Stage> {
    const dir = mkdtempSync(join(tmpdir(), "keruta-test-"));
    return new Stage(dir, await Server.start(join(dir, "server"), serverEnv));
  }

  /** An empty directory. */
  directory(name: string): string {
    const path = join(this.dir, `${name}-${++this.#directories}`);
    mkdirSync(path);
    return path;
  }

  execute(options: Execution): Agent {
    return this.#things.use(new Agent(this.directory("agent"), { apiUrl: this.server.url, ...options }));
  }

  flush(spoolDir: string, apiUrl = this.server.url): Flush {
    return this.#things.use(new Flush(this.directory("flush"), apiUrl, spoolDir));
  }

  /** `keruta` as it is. */
  keruta(...args: string[]): Cli {
    return this.#things.use(new Cli(this.directory("cli"), args));
  }

  /** A command of `keruta` that reads from the server, in a directory of its own or in `cwd`. */
  read(args: readonly string[], cwd?: string): Cli {
    const command = [...args, "--api-url", this.server.url];
    return this.#things.use(new Cli(this.directory("cli"), command, cwd));
  }

  async proxy(): Promise<FaultProxy> {
    return this.#things.use(await FaultProxy.start(this.server.port));
  }

  async view(task: string, options: ViewerOptions & { readonly url?: string } = {}): Promise<Viewer> {
    return this.#things.use(await Viewer.open(options.url ?? this.server.url, task, options));
  }

  async produce(task: string, runId?: string, claim?: number): Promise<Producer> {
    return this.#things.use(await Producer.open(this.server.url, task, runId, claim));
  }

  /** All that is stored of an attempt that has ended, read by a viewer that comes after the end. */
  async stored(task: string, options: ViewerOptions = {}): Promise<ReceivedLog> {
    const viewer = await this.view(task, options);
    await viewer.ended();
    return viewer.log;
  }

  /** All that is stored of an attempt that nobody has ended. */
  async storedSoFar(task: string): Promise<ReceivedLog> {
    const viewer = await this.view(task);
    const head = await waitFor("the head", () => viewer.head);
    await waitFor(`line ${head}`, () => viewer.log.next > head);
    return viewer.log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#things.disposeAsync();
  }
}

/** `serverEnv`: settings of the server, beside what is in our own environment. */
export function openStage(serverEnv: Readonly<Record<string, string>> = {}): Promise<Stage> {
  return Stage.open(serverEnv);
}
