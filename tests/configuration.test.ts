import { expect } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { streamingEnvironment } from "./harness/documented-environment.ts";
import { test } from "./harness/process-test.ts";
import { type Ended, Program } from "./harness/program.ts";
import { programs } from "./harness/programs.ts";
import { openStage } from "./harness/stage.ts";

interface Printed extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

interface Shown {
  readonly key: string;
  readonly value: unknown;
  readonly origin: { readonly from: string; readonly name?: string };
  readonly accepted?: string;
}

/** A home without a configuration, and programs that are started in it. */
class Home {
  readonly dir = mkdtempSync(join(tmpdir(), "keruta-home-"));
  readonly configFile = join(this.dir, ".keruta/config.yaml");
  readonly serverFile = join(this.dir, ".keruta/server.yaml");

  agent(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Printed> {
    return this.#run([...programs.agent, ...args], env);
  }

  keruta(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Printed> {
    return this.#run([...programs.keruta, ...args], env);
  }

  async #run(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Printed> {
    const dir = mkdtempSync(join(this.dir, "run-"));
    await using program = new Program(command, { dir, env: { HOME: this.dir, ...env } });
    const ended = await program.ended();
    return { ...ended, stdout: program.stdout(), stderr: program.stderr() };
  }

  write(path: string, text: string): void {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true });
  }
}

function setting(shown: string, key: string): Shown | undefined {
  return (JSON.parse(shown) as Shown[]).find((row) => row.key === key);
}

test("the agent shows every setting, where it is from and why it does nothing, and no secret", async () => {
  using home = new Home();
  home.write(home.configFile, "websocket: {reconnect_interval: 7}\nlogStreaming: {batch-size: 20}\n");
  const env = { KERUTA_API_TOKEN: "hush-hush", KERUTA_TIMEOUT: "40" };
  const { code, stdout, stderr } = await home.agent(["config", "show", "--format", "json"], env);
  expect([code, stderr]).toEqual([0, ""]);
  expect(setting(stdout, "websocket.reconnectInterval")).toEqual({
    key: "websocket.reconnectInterval",
    value: "7s",
    origin: { from: "file", name: home.configFile },
  });
  expect(setting(stdout, "api.timeout")).toMatchObject({
    value: "40s",
    origin: { from: "variable", name: "KERUTA_TIMEOUT" },
  });
  expect(setting(stdout, "api.token")?.value).toBe("***");
  expect(setting(stdout, "spool.policy")).toMatchObject({ value: "block", origin: { from: "default" } });
  expect(setting(stdout, "logStreaming.batchSize")?.accepted).toContain("logStreaming.flushInterval");
  expect(stdout).not.toContain("hush");
  const text = await home.agent(["config", "show"], env);
  expect(text.stdout).toMatch(/^logStreaming\.batchSize +20 {2}\(file .*; does nothing here: .+\)$/m);
});

test("the agent writes a setting into the user's own file, checked first, and finds it there", async () => {
  using home = new Home();
  const set = await home.agent(["config", "set", "log_streaming.flush_interval", "1.5"]);
  expect([set.code, set.stdout]).toEqual([0, `log_streaming.flush_interval is set in ${home.configFile}\n`]);
  expect(statSync(home.configFile).mode & 0o777).toBe(0o600);
  const { stdout } = await home.agent(["config", "show", "--format", "json"]);
  expect(setting(stdout, "logStreaming.flushInterval")?.value).toBe("1500ms");

  expect((await home.agent(["config", "set", "log_level", "DEBUG"])).stdout).toContain("log_level is set");
  const before = readFileSync(home.configFile, "utf8");
  const unknown = await home.agent(["config", "set", "log_levle", "INFO"]);
  const wrong = await home.agent(["config", "set", "logging.level", "LOUD"]);
  expect([unknown.code, wrong.code]).toEqual([2, 2]);
  expect(wrong.stderr).toContain(
    'logging.level: "LOUD" cannot be used: expected one of DEBUG, INFO, WARN, ERROR',
  );
  expect(readFileSync(home.configFile, "utf8")).toBe(before);
});

test("the agent tells every mistake at once and runs nothing", async () => {
  using home = new Home();
  home.write(home.configFile, "websocket: {timout: 30s, url: nowhere}\n");
  const args = ["execute", "--flush-interval", "soon", "--", "touch", "ran"];
  const { code, stderr } = await home.agent(args, { KERUTA_TASK_ID: "a b" });
  expect(code).toBe(2);
  expect(stderr.split("\n").slice(0, 4)).toEqual([
    `keruta-agent: ${home.configFile}: websocket.timout is not known; did you mean websocket.timeout?`,
    expect.stringContaining(`${home.configFile}: websocket.url: "nowhere" cannot be used: expected a URL`),
    expect.stringContaining('KERUTA_TASK_ID: "a b" cannot be used: expected a task id'),
    expect.stringContaining('--flush-interval: "soon" cannot be used: expected seconds'),
  ]);
});

test("the agent does not read a configuration that lies in the job's directory", async () => {
  await using stage = await openStage();
  const cwd = stage.directory("job");
  for (const name of ["config.yaml", ".keruta/config.yaml", "keruta.yaml"]) {
    mkdirSync(join(cwd, name, ".."), { recursive: true });
    writeFileSync(join(cwd, name), "nonsense: [\n");
  }
  const agent = stage.execute({ task: "job", command: ["echo", "ran"], cwd });
  expect((await agent.ended()).code).toBe(0);
  expect((await stage.stored("job")).texts("stdout")).toEqual(["ran"]);
});

test("each documented environment delivers a log, with Kubernetes' own variables around it", async () => {
  await using stage = await openStage();
  const { port } = stage.server;
  const documented = {
    streaming: {
      ...streamingEnvironment(stage.server),
      KERUTA_AUTH_TOKEN: "a.b.c",
      KERUTA_AUTH_TYPE: "bearer",
    },
    agent: {
      KERUTA_API_URL: `http://127.0.0.1:${port}`,
      KERUTA_API_TOKEN: "a.b.c",
      KERUTA_LOG_LEVEL: "INFO",
      KERUTA_AUTO_FIX_ENABLED: "true",
      KERUTA_RETRY_COUNT: "3",
      KERUTA_TIMEOUT: "30",
      KERUTA_AUTO_DETECT_INPUT: "true",
    },
  };
  const services = {
    KERUTA_API_PORT: "tcp://10.0.0.1:8080",
    KERUTA_API_SERVICE_HOST: "10.0.0.1",
    KERUTA_API_SERVICE_PORT: "8080",
    KERUTA_API_PORT_8080_TCP_ADDR: "10.0.0.1",
    KERUTA_PORT: "tcp://10.0.0.2:80",
  };
  for (const [task, env] of Object.entries(documented)) {
    const dir = stage.directory(task);
    const command = [...programs.agent, "execute", "--task-id", task, "--", "echo", task];
    await using agent = new Program(command, { dir, env: { ...env, ...services, HOME: dir } });
    expect((await agent.ended()).code).toBe(0);
    expect(agent.stderr()).toBe("");
    expect((await stage.stored(task)).texts("stdout")).toEqual([task]);
  }
});

test("a WebSocket's own address is where the log goes", async () => {
  await using stage = await openStage();
  const env = { KERUTA_WEBSOCKET_URL: `ws://127.0.0.1:${stage.server.port}/ws/tasks/elsewhere` };
  const agent = stage.execute({
    task: "elsewhere",
    apiUrl: "http://127.0.0.1:1",
    command: ["echo", "x"],
    env,
  });
  expect((await agent.ended()).code).toBe(0);
  expect((await stage.stored("elsewhere")).texts("stdout")).toEqual(["x"]);
});

test("the server is set up by a file and by variables, and tells its mistakes", async () => {
  using home = new Home();
  const set = await home.keruta(["config", "set", "auth.access_token_lifetime", "2h"]);
  expect([set.code, set.stderr]).toEqual([
    0,
    `keruta: auth.access_token_lifetime is set in ${home.serverFile}\n`,
  ]);
  const env = { JWT_SECRET: "hush", KERUTA_SERVER_PORT: "tcp://10.0.0.1:8080" };
  const { stdout } = await home.keruta(["config", "show", "--format", "json", "--host", "::1"], env);
  expect(setting(stdout, "auth.accessTokenLifetime")?.value).toBe("2h");
  expect(setting(stdout, "auth.jwtSecret")).toMatchObject({ value: "***", origin: { name: "JWT_SECRET" } });
  expect(setting(stdout, "server.host")).toMatchObject({ value: "::1", origin: { name: "--host" } });
  expect(setting(stdout, "server.port")).toMatchObject({ value: "8080", origin: { from: "default" } });
  expect(stdout).not.toContain("hush");

  home.write(home.serverFile, "server: {prot: 1}\n");
  const wrong = await home.keruta(["serve", "--port", "99999"]);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toBe(
    `keruta: ${home.serverFile}: server.prot is not known; did you mean server.port?\n` +
      'keruta: --port: "99999" cannot be used: expected a whole number from 0 to 65535\n',
  );
});

test("helps are made from the tables", async () => {
  using home = new Home();
  const serve = await home.keruta(["serve", "--help"]);
  expect(serve.stdout).toContain("--port NUMBER");
  expect(serve.stdout).toContain("KERUTA_SERVER_PORT, default 8080");
  const execute = await home.agent(["execute", "--help"]);
  expect(execute.stdout).toContain("KERUTA_LOG_FLUSH_INTERVAL, default 20ms");
});
