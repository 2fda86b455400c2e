import { expect } from "bun:test";
import { join } from "node:path";
import { test } from "./harness/process-test.ts";
import { Program } from "./harness/program.ts";
import { programs } from "./harness/programs.ts";
import { openStage, type Stage } from "./harness/stage.ts";

/** As the documented manifest starts an agent: a task and a server, nothing to run. */
function executeTask(stage: Stage, task: string, dir: string): Program {
  const env = { KERUTA_TASK_ID: task, KERUTA_API_URL: stage.server.url, KERUTA_WORK_DIR: dir };
  return new Program([...programs.agent, "execute", "--task-id", task, "--api-url", stage.server.url], {
    dir,
    env,
  });
}

async function createTask(stage: Stage, task: object): Promise<void> {
  const answer = await fetch(`${stage.server.url}/api/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(task),
  });
  expect(answer.ok).toBe(true);
}

async function putScript(stage: Stage, task: string, script: object): Promise<void> {
  const answer = await fetch(`${stage.server.url}/api/v1/tasks/${task}/script`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(script),
  });
  expect(answer.ok).toBe(true);
}

test("execute with nothing but a task runs the task's script, and logs from inside it", async () => {
  await using stage = await openStage();
  const dir = stage.directory("work");
  await createTask(stage, { id: "fetched", name: "fetched" });
  const log = programs.agent.join(" ");
  const content = `echo "$GREETING from $(pwd)"; ${log} log WARN 'half way'; echo end; exit 3`;
  await putScript(stage, "fetched", { content, language: "sh", parameters: { env: { GREETING: "hello" } } });
  await using agent = executeTask(stage, "fetched", dir);
  expect((await agent.ended()).code).toBe(3);
  const stored = await stage.stored("fetched");
  expect(stored.texts("stdout")).toEqual([`hello from ${dir}`, "end"]);
  expect(stored.texts("agent")).toEqual(["half way"]);
});

test("a secret among the variables that come with a task's script is masked", async () => {
  await using stage = await openStage();
  await createTask(stage, { id: "secretive", name: "secretive" });
  const parameters = { env: { DEPLOY_TOKEN: "kept-to-ourselves", API_SECRET: "x" } };
  await putScript(stage, "secretive", { content: "echo using $DEPLOY_TOKEN", language: "sh", parameters });
  await using agent = executeTask(stage, "secretive", stage.directory("work"));
  expect((await agent.ended()).code).toBe(0);
  const stored = await stage.stored("secretive");
  expect(stored.texts("stdout")).toEqual(["using ***"]);
  expect(stored.texts("agent").join("\n")).toContain("API_SECRET is not masked: it is shorter");
  expect(agent.stdout()).toBe("using ***\n");
});

test("a task without a script has failed, and its log says why", async () => {
  await using stage = await openStage();
  await createTask(stage, { id: "empty", name: "empty" });
  await using agent = executeTask(stage, "empty", stage.directory("work"));
  expect((await agent.ended()).code).toBe(125);
  expect((await stage.stored("empty")).texts("agent").join("\n")).toContain("SCRIPT_FETCH_ERROR");
});

test("log outside of any script adds a line over HTTP", async () => {
  await using stage = await openStage();
  await createTask(stage, { id: "said", name: "said" });
  const dir = stage.directory("log");
  const env = { KERUTA_TASK_ID: "said", KERUTA_API_URL: stage.server.url };
  await using log = new Program([...programs.agent, "log", "ERROR", "from outside"], { dir, env });
  expect((await log.ended()).code).toBe(0);
  expect((await stage.storedSoFar("said")).texts("agent")).toEqual(["from outside"]);
});

test("health says that the server answers, and that it does not", async () => {
  await using stage = await openStage();
  const dir = stage.directory("health");
  const check = () =>
    new Program(
      [...programs.agent, "health", "--check-api", "--api-url", stage.server.url, "--format", "json"],
      {
        dir,
        env: { KERUTA_SPOOL_DIR: join(dir, "spool") },
      },
    );
  await using well = check();
  expect((await well.ended()).code).toBe(0);
  expect(JSON.parse(well.stdout())).toMatchObject({ status: "healthy", overall: true });
  await stage.server.stop();
  await using ill = check();
  expect((await ill.ended()).code).toBe(1);
});
