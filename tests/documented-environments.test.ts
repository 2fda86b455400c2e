import { expect } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { streamingEnvironment } from "./harness/documented-environment.ts";
import { type GuardedServer, startGuardedServer } from "./harness/guarded-server.ts";
import { test } from "./harness/process-test.ts";
import type { Program } from "./harness/program.ts";
import { programs } from "./harness/programs.ts";

/** What somebody who reads along sees of a task. */
interface Seen {
  readonly status: string;
  readonly lines: readonly string[];
}

async function ask(server: GuardedServer, method: string, path: string, body?: object): Promise<Response> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${await server.token("admin")}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${await answer.text()}`);
  return answer;
}

async function seen(server: GuardedServer, task: string): Promise<Seen> {
  const record = (await (await ask(server, "GET", `/tasks/${task}`)).json()) as { status: string };
  const page = await (await ask(server, "GET", `/tasks/${task}/logs?source=stdout`)).json();
  const { content } = page as { content: { message: string }[] };
  return { status: record.status, lines: content.map(({ message }) => message) };
}

/** A program as a container has it: nothing to read on stdin, and a home without a configuration. */
function inContainer(
  server: GuardedServer,
  command: readonly string[],
  env: Record<string, string>,
): Program {
  return server.run(["sh", "-c", 'exec "$0" "$@" </dev/null', ...command], { HOME: server.dir, ...env });
}

test("the environment of log streaming alone, with a token or a key, streams a script of one's own", async () => {
  await using server = await startGuardedServer({ keys: true });
  const forAgents = ["--role", "agent", "--file", server.keysFile];
  const credentials = {
    token: { KERUTA_AUTH_TOKEN: await server.token("agent", "token"), KERUTA_AUTH_TYPE: "bearer" },
    key: {
      KERUTA_API_KEY: await server.keruta(["key", "create", ...forAgents]),
      KERUTA_AUTH_TYPE: "api-key",
    },
  };
  const script = join(server.dir, "job.sh");
  writeFileSync(script, 'echo "hello from $1"\n');
  for (const [task, credential] of Object.entries(credentials)) {
    const command = [...programs.agent, "execute", "--task-id", task, "--script", script, "--", task];
    const agent = inContainer(server, command, { ...streamingEnvironment(server), ...credential });
    expect([(await agent.ended()).code, agent.stderr()]).toEqual([0, ""]);
    expect(await seen(server, task)).toEqual({ status: "COMPLETED", lines: [`hello from ${task}`] });
  }
});

test("the environment of the agent alone runs the script that the task has", async () => {
  await using server = await startGuardedServer();
  const id = "123e4567-e89b-12d3-a456-426614174000";
  const script = {
    content: 'echo "$GREETING from $PWD"; exit 7',
    parameters: { env: { GREETING: "hello" } },
  };
  await ask(server, "POST", "/tasks", { id, script });
  const agent = inContainer(server, [...programs.agent, "execute"], {
    KERUTA_TASK_ID: id,
    KERUTA_API_URL: server.url,
    KERUTA_API_TOKEN: await server.token("agent", id),
    KERUTA_LOG_LEVEL: "INFO",
    KERUTA_WORK_DIR: server.dir,
    KERUTA_AUTO_FIX_ENABLED: "true",
    KERUTA_RETRY_COUNT: "3",
    KERUTA_TIMEOUT: "30",
    KERUTA_AUTO_DETECT_INPUT: "true",
  });
  expect([(await agent.ended()).code, agent.stderr()]).toEqual([7, ""]);
  expect(await seen(server, id)).toEqual({ status: "FAILED", lines: [`hello from ${server.dir}`] });
});

test("the documented manifest's command, variables and secret run a task in a Pod", async () => {
  await using server = await startGuardedServer();
  await ask(server, "POST", "/tasks", { id: "in-a-pod" });
  const scripts = {
    installScript: "exit 1",
    executeScript: "read name; echo $name",
    cleanupScript: "exit 1",
  };
  await ask(server, "PUT", "/tasks/in-a-pod/script", scripts);
  const variables = {
    KERUTA_TASK_ID: "in-a-pod",
    KERUTA_API_URL: server.url,
    KERUTA_API_TOKEN: await server.token("agent", "in-a-pod"),
    KERUTA_LOG_LEVEL: "INFO",
  };
  const args = ["execute", "--task-id", "$(KERUTA_TASK_ID)", "--api-url", "$(KERUTA_API_URL)"];
  const more = ["--work-dir", server.dir, "--auto-cleanup"];
  const command = [...programs.agent, ...[...args, ...more].map((arg) => expanded(arg, variables))];
  const agent = inContainer(server, command, { ...variables, ...madeByKubernetes });
  await ask(server, "POST", "/tasks/in-a-pod/input", { input: "Ada" });
  expect([(await agent.ended()).code, agent.stderr()]).toEqual([0, ""]);
  expect(await seen(server, "in-a-pod")).toEqual({ status: "COMPLETED", lines: ["Ada"] });
});

/** What the cluster adds to a container's environment, for a Service called keruta-api too. */
const madeByKubernetes = {
  KUBERNETES_SERVICE_HOST: "10.96.0.1",
  KUBERNETES_SERVICE_PORT: "443",
  KERUTA_API_SERVICE_HOST: "10.96.12.34",
  KERUTA_API_SERVICE_PORT: "8080",
  KERUTA_API_PORT: "tcp://10.96.12.34:8080",
  KERUTA_API_PORT_8080_TCP: "tcp://10.96.12.34:8080",
  KERUTA_API_PORT_8080_TCP_ADDR: "10.96.12.34",
};

/** `$(NAME)`, as the kubelet replaces it. */
function expanded(argument: string, variables: Readonly<Record<string, string>>): string {
  return argument.replaceAll(/\$\((\w+)\)/g, (all, name: string) => variables[name] ?? all);
}
