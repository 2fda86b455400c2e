import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { Program } from "./program.ts";
import { programs } from "./programs.ts";
import { waitFor } from "./wait-for.ts";

/** `keruta serve` that asks who somebody is, with a secret of its own. */
export class GuardedServer {
  readonly secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
  readonly #things = new AsyncDisposableStack();
  #program: Program | undefined;
  #runs = 0;

  private constructor(
    readonly dir: string,
    readonly port: number,
    private readonly guard: Guard,
  ) {}

  static async start(guard: Guard): Promise<GuardedServer> {
    const dir = mkdtempSync(join(tmpdir(), "keruta-guarded-"));
    const server = new GuardedServer(dir, await freePort(), guard);
    await server.#serve();
    return server;
  }

  get keysFile(): string {
    return join(this.dir, "keys.jsonl");
  }

  get certFile(): string {
    return join(this.dir, "cert.pem");
  }

  get url(): string {
    return `${this.guard.tls ? "https" : "http"}://127.0.0.1:${this.port}`;
  }

  /** All it has said, on stdout and stderr. */
  said(): string {
    return this.#program!.stdout() + this.#program!.stderr();
  }

  /** A program in a directory of its own, with further variables. It is ended with the server. */
  run(command: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    return this.#things.use(new Program(command, { dir: this.#newDir(), env }));
  }

  /** A command of `keruta` that knows the server's secret; its trimmed stdout. */
  async keruta(args: readonly string[], input?: string): Promise<string> {
    const env = { KERUTA_JWT_SECRET: this.secret };
    const program = this.run([...programs.keruta, ...args], env);
    if (input !== undefined) program.finishTyping(input);
    const { code } = await program.ended();
    if (code !== 0) throw new Error(`keruta ${args.join(" ")} ended with ${code}: ${program.stderr()}`);
    return program.stdout().trim();
  }

  token(role: string, ...tasks: readonly string[]): Promise<string> {
    const named = tasks.flatMap((task) => ["--task", task]);
    return this.keruta(["token", "create", "--role", role, "--name", `test-${role}`, ...named]);
  }

  async #serve(): Promise<void> {
    const { keys, tls, args = [], env = {} } = this.guard;
    const address = ["--host", "127.0.0.1", "--port", String(this.port), "--data", join(this.dir, "data")];
    const more = [
      ...(keys ? await this.#keys() : []),
      ...(tls ? this.#certificate() : []),
      ...(await this.#users()),
      ...args,
    ];
    const program = this.run([...programs.keruta, "serve", ...address, ...more], {
      KERUTA_JWT_SECRET: this.secret,
      ...env,
    });
    this.#program = program;
    await waitFor("the server to answer", () => this.#isUp(program));
  }

  #isUp(program: Program): Promise<boolean> {
    if (!program.isRunning) throw new Error(`the server did not start: ${this.said()}`);
    const init = { tls: { rejectUnauthorized: false } } as RequestInit;
    return fetch(`${this.url}/health`, init).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  async #keys(): Promise<string[]> {
    await this.keruta(["key", "create", "--role", "viewer", "--file", this.keysFile]);
    return ["--api-keys", this.keysFile];
  }

  #certificate(): string[] {
    const keyFile = join(this.dir, "key.pem");
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const files = ["-keyout", keyFile, "-out", this.certFile];
    const made = Bun.spawnSync(["openssl", "req", "-x509", ...kind, ...subject, ...files]);
    if (made.exitCode !== 0) throw new Error(`openssl made no certificate: ${made.stderr}`);
    return ["--tls-cert", this.certFile, "--tls-key", keyFile];
  }

  async #users(): Promise<string[]> {
    const { users = [] } = this.guard;
    if (users.length === 0) return [];
    const path = join(this.dir, "server.json");
    const listed = users.map(async ([username, password, role]) => {
      const passwordHash = await this.keruta(["password"], `${password}\n`);
      return { username, passwordHash, role };
    });
    writeFileSync(path, JSON.stringify({ auth: { users: await Promise.all(listed) } }));
    return ["--config", path];
  }

  #newDir(): string {
    const dir = join(this.dir, `run-${++this.#runs}`);
    mkdirSync(dir);
    return dir;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#things.disposeAsync();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What the server is to be told besides the secret. */
export interface Guard {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** It takes API keys from `keysFile`. */
  readonly keys?: boolean;
  /** It answers over TLS with the certificate of `certFile`. */
  readonly tls?: boolean;
  readonly users?: readonly (readonly [username: string, password: string, role: string])[];
}

export function startGuardedServer(guard: Guard = {}): Promise<GuardedServer> {
  return GuardedServer.start(guard);
}
