import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openBrowser, Reader, type ReaderOptions } from "./reader.ts";
import { waitFor } from "./wait-for.ts";

const root = join(import.meta.dir, "../../../..");
const keruta = [process.execPath, join(root, "packages/cli/src/main.ts")];
const kerutaAgent = [process.execPath, join(root, "packages/agent/src/main.ts")];

type Process = Bun.Subprocess<"pipe", Bun.BunFile, Bun.BunFile>;

/** A real server, real agents and a real browser: the programs from their sources, in a directory that goes away with them. */
export class Stage {
  readonly #dir = mkdtempSync(join(tmpdir(), "keruta-panel-"));
  readonly #running = new Set<Process>();
  #server: Process | undefined;
  #browser: Promise<Browser> | undefined;
  #spools = 0;

  private constructor(
    private readonly port: number,
    private readonly serverEnv: Readonly<Record<string, string>>,
  ) {}

  /** `serverEnv`: settings of the server. */
  static async open(serverEnv: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const stage = new Stage(await freePort(), serverEnv);
    await stage.startServer();
    return stage;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async startServer(): Promise<void> {
    const address = ["--host", "127.0.0.1", "--port", String(this.port), "--data", join(this.#dir, "data")];
    const server = this.#start([...keruta, "serve", ...address], this.serverEnv);
    this.#server = server;
    await waitFor("the server to answer", () => this.#isUp(server));
  }

  async killServer(): Promise<void> {
    this.#server?.kill("SIGKILL");
    await this.#server?.exited;
  }

  /** Starts a shell script under the agent. */
  run(task: string, script: string, ...flags: string[]): Process {
    const place = ["--api-url", this.url, "--spool-dir", join(this.#dir, `spool-${++this.#spools}`)];
    return this.#start([
      ...kerutaAgent,
      "execute",
      "--task-id",
      task,
      ...place,
      ...flags,
      "--",
      "sh",
      "-c",
      script,
    ]);
  }

  /** Runs it to its end, and gives its exit code. */
  async ran(task: string, script: string, ...flags: string[]): Promise<number> {
    return this.run(task, script, ...flags).exited;
  }

  /** Submits "line 1" to "line `count`" over HTTP, each a second after the one before. */
  async submit(task: string, count: number): Promise<void> {
    const lines = Array.from({ length: count }, (_, i) => ({
      source: "stdout",
      level: "INFO",
      message: `line ${i + 1}`,
      timestamp: timeOf(i + 1),
    }));
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.#logsOf(task), { method: "POST", headers, body: JSON.stringify(lines) });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** Deletes submitted lines; says how many went. */
  async deleteThrough(task: string, line: number): Promise<number> {
    const answer = await fetch(`${this.#logsOf(task)}?before=${timeOf(line)}`, { method: "DELETE" });
    return ((await answer.json()) as { deletedCount: number }).deletedCount;
  }

  #logsOf(task: string): string {
    return `${this.url}/api/v1/tasks/${task}/logs`;
  }

  /** A token of the server's secret. */
  async token(role: string): Promise<string> {
    const env = { ...process.env, ...this.serverEnv };
    const command = [...keruta, "token", "create", "--role", role, "--name", `a ${role}`];
    return (await new Response(Bun.spawn(command, { cwd: this.#dir, env }).stdout).text()).trim();
  }

  /** Opens a page of the panel. */
  async read(path: string, options: ReaderOptions = {}): Promise<Reader> {
    this.#browser ??= openBrowser();
    return Reader.open(await this.#browser, `${this.url}${path}`, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#browser)?.close();
    for (const process of this.#running) process.kill("SIGKILL");
    await Promise.all([...this.#running].map((process) => process.exited));
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #start(command: string[], env: Readonly<Record<string, string>> = {}): Process {
    const process = Bun.spawn(command, {
      cwd: this.#dir,
      env: { ...globalThis.process.env, ...env },
      stdin: "pipe",
      stdout: Bun.file(join(this.#dir, "output")),
      stderr: Bun.file(join(this.#dir, "errors")),
    });
    this.#running.add(process);
    return process;
  }

  async #isUp(server: Process): Promise<boolean> {
    if (server.exitCode !== null)
      throw new Error(`the server did not start: ${readFileSync(join(this.#dir, "errors"), "utf8")}`);
    return fetch(`${this.url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  }
}

function timeOf(line: number): string {
  return new Date(Date.UTC(2026, 0, 1) + line * 1_000).toISOString();
}

/** Below the ephemeral range, so that nothing takes it while the server is down. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
