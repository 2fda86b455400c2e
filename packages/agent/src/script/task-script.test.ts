import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Peer } from "../fixtures/peer.ts";
import { type FinishedAgent, runAgent, Workplace } from "../fixtures/run-agent.ts";

let peer: Peer;
let place: Workplace;
let requests: Request[];

beforeEach(() => {
  peer = new Peer();
  place = new Workplace();
  requests = [];
});

afterEach(async () => {
  await peer.stop();
  place[Symbol.dispose]();
});

function execute(options: readonly string[] = []): Promise<FinishedAgent> {
  const retries = { KERUTA_API_RETRY_INTERVAL: "10ms", KERUTA_API_TOKEN: "secret-token" };
  const args = place.executeArgs(peer.url, [], ["--work-dir", place.directory, ...options]);
  return runAgent(args, { env: retries });
}

function serve(script: object, rest: object = {}): void {
  peer.answer = (request) => {
    requests.push(request);
    return Response.json({ success: true, taskId: "t1", script, ...rest });
  };
}

function printed(): string {
  return Buffer.concat(peer.attempt().text).toString();
}

describe("without a script or a command the task's own is run", () => {
  test("in the work directory, with its variables, and nothing of it is left", async () => {
    serve(
      {
        content: 'echo "$GREETING $NAME $(pwd)"; ls -l "$0"; exit 5',
        language: "sh",
        filename: "../../etc/hello there.sh",
        parameters: { env: { GREETING: "hi", NUMBER: 5 } },
      },
      { environment: { NAME: "bob", GREETING: "ho" } },
    );
    expect((await execute()).exitCode).toBe(5);
    const [first, second] = printed().split("\n");
    expect(first).toBe(`hi bob ${place.directory}`);
    expect(second).toMatch(/^-rwx------ .*\/hello_there\.sh$/);
    expect(readdirSync(join(place.directory, ".keruta", "scripts"))).toEqual([]);
    expect(new URL(requests[0]!.url).pathname).toBe("/api/v1/tasks/t1/script");
    expect(requests[0]!.headers.get("authorization")).toBe("Bearer secret-token");
    expect(peer.attempt().hello.agent.command).toBe("the script of task t1");
  });

  test("in its own directory", async () => {
    mkdirSync(place.path("inside"));
    serve({ content: "pwd", language: "sh", parameters: { workDir: "inside" } });
    await execute();
    expect(printed()).toBe(`${place.path("inside")}\n`);
  });

  test.each([
    ["by its first line", { content: "#!/usr/bin/env python3\nprint(6 * 7)\n", language: "bash" }],
    ["as Python", { content: "print(6 * 7)\n", language: "python" }],
    ["as JavaScript", { content: "console.log(6 * 7)\n", language: "node" }],
    ["as Bash", { content: "a=(6 7); echo $((a[0] * a[1]))", language: "bash" }],
    ["by the shell, where nothing is said", { content: "echo $((6 * 7))" }],
    ["where it is called executeScript", { executeScript: "echo $((6 * 7))" }],
  ])("%s", async (_how, script) => {
    serve(script);
    expect((await execute()).exitCode).toBe(0);
    expect(printed()).toBe("42\n");
  });

  test("for as long as it may take", async () => {
    serve({ content: "exec sleep 600", parameters: { timeout: 0.3 } });
    expect((await execute()).exitCode).toBe(124);
    expect(peer.attempt().end).toMatchObject({ state: "FAILED", reason: "timed out after 0.3 s" });
  });

  test("although the server could not answer at first", async () => {
    let tries = 0;
    peer.answer = () =>
      ++tries < 3
        ? new Response("later", { status: 503 })
        : Response.json({ script: { content: "echo ran" } });
    await execute();
    expect(printed()).toBe("ran\n");
    expect(tries).toBe(3);
  });
});

describe("where it cannot be had the attempt has failed, and its log says why", () => {
  test.each([
    [
      404,
      { error: { code: "RESOURCE_NOT_FOUND", message: "task t1 has no script" } },
      "task t1 has no script",
    ],
    [500, { error: { code: "DATABASE_ERROR", message: "the disk is full" } }, "the disk is full"],
    [200, { script: { content: "" } }, "the task's script is empty"],
  ])("the server answers with %d", async (status, body, reason) => {
    peer.answer = () => Response.json(body, { status });
    expect((await execute()).exitCode).toBe(125);
    expect(peer.attempt().lines).toMatchObject([{ source: "agent", level: "ERROR" }]);
    expect(printed()).toContain("SCRIPT_FETCH_ERROR");
    expect(printed()).toContain(reason);
    expect(peer.attempt().end).toMatchObject({ state: "FAILED", exitCode: 125 });
    expect(peer.attempt().end?.reason).toContain("SCRIPT_FETCH_ERROR");
  });

  test("the work directory cannot be written", async () => {
    serve({ content: "echo x" });
    await Bun.write(place.path(".keruta"), "in the way");
    expect((await execute()).exitCode).toBe(125);
    expect(printed()).toContain("SCRIPT_WRITE_ERROR");
  });

  test("its directory is not there", async () => {
    serve({ content: "echo x", parameters: { workDir: "/no/such/place" } });
    expect((await execute()).exitCode).toBe(126);
    expect(printed()).toContain("/no/such/place");
    expect(existsSync(place.path("script.sh"))).toBe(false);
  });
});
