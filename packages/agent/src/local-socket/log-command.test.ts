import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Peer } from "../fixtures/peer.ts";
import { type FinishedAgent, runAgent, Workplace } from "../fixtures/run-agent.ts";

let peer: Peer;
let place: Workplace;

beforeEach(() => {
  peer = new Peer();
  place = new Workplace();
});

afterEach(async () => {
  await peer.stop();
  place[Symbol.dispose]();
});

const main = join(import.meta.dir, "..", "main.ts");
const log = `${process.execPath} ${main} log`;
/** Asks on the socket as `log` does, in a loop that starts no program. */
const storm = `
import socket, sys, os
for i in range(300):
    sys.stdout.write(f"out {i}\\n"); sys.stdout.flush()
    s = socket.socket(socket.AF_UNIX); s.connect(os.environ["KERUTA_AGENT_SOCKET"])
    s.sendall(b'{"level":"INFO","message":"own %d"}\\n' % i)
    assert s.makefile().readline() == '{"ok":true}\\n'
`;

function shell(text: string, options: readonly string[] = []): Promise<FinishedAgent> {
  return runAgent(place.executeArgs(peer.url, ["--", "sh", "-c", text], options));
}

function lines(): string[] {
  return peer.attempt().lines.map(({ source, level, text }) => `${source} ${level} ${text}`);
}

describe("log, inside a script", () => {
  test("adds lines where the script says them", async () => {
    const { exitCode } = await shell(
      `echo one; ${log} WARN 'two — zwei'; echo three; ${log} error four; echo five`,
    );
    expect(exitCode).toBe(0);
    expect(lines()).toEqual([
      "stdout INFO one",
      "agent WARN two — zwei",
      "stdout INFO three",
      "agent ERROR four",
      "stdout INFO five",
    ]);
  });

  test("keeps the order, however fast", async () => {
    const script = place.script(storm, 0o755, "storm.py");
    await runAgent(place.executeArgs(peer.url, ["--", "python3", script]));
    const expected = Array.from({ length: 300 }, (_, i) => [`stdout INFO out ${i}`, `agent INFO own ${i}`]);
    expect(lines()).toEqual(expected.flat());
  });

  test("makes several lines of several, and cuts long ones as a script's", async () => {
    await shell(`${log} INFO "$(printf 'a\\nb')"; ${log} INFO ${"x".repeat(2_500)}`, [
      "--max-line-bytes",
      "1KiB",
    ]);
    expect(peer.attempt().lines.map(({ text }) => text.length)).toEqual([1, 1, 1_024, 1_024, 452]);
    expect(peer.attempt().lines.map(({ continued }) => continued)).toEqual([false, false, true, true, false]);
  });

  test("leaves out what is below the agent's level", async () => {
    await shell(`${log} DEBUG a; ${log} INFO b; ${log} WARN c`, ["--log-level", "WARN"]);
    expect(lines()).toEqual(["agent WARN c"]);
  });

  test("masks what the script's output would have masked", async () => {
    const args = place.executeArgs(peer.url, ["--", "sh", "-c", `${log} INFO "it is $MY_PASSWORD"`]);
    await runAgent(args, { env: { MY_PASSWORD: "hunter2hunter2" } });
    expect(lines()).toEqual(["agent INFO it is ***"]);
  });

  test.each([
    ["LOUD hello", "no level LOUD"],
    ["INFO", "exactly two"],
    ["INFO two words", "exactly two"],
  ])("%s is refused with 2", async (args, reason) => {
    const { stdout, stderr } = await shell(`${log} ${args}; echo $?`);
    expect(Buffer.from(stdout).toString()).toBe("2\n");
    expect(stderr).toContain(reason);
    expect(peer.attempt().lines.some(({ source }) => source === "agent")).toBe(false);
  });
});

describe("the socket", () => {
  test("is the agent's user's alone, and gone when the agent is", async () => {
    await shell(
      'stat -c "%a %F" "$KERUTA_AGENT_SOCKET"; echo "$KERUTA_AGENT_SOCKET"; echo "$KERUTA_TASK_ID"',
    );
    const [mode, path, task] = peer.attempt().lines.map(({ text }) => text);
    expect(mode).toBe("600 socket");
    expect(path).toStartWith(place.spoolDirectory);
    expect(task).toBe("t1");
    expect(statSync(path!, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("is elsewhere where its path would be too long", async () => {
    const far = join(place.directory, "d".repeat(100));
    const run = ["--", "sh", "-c", `${log} INFO hello; echo "$KERUTA_AGENT_SOCKET"`];
    await runAgent(["execute", "--task-id", "t1", "--api-url", peer.url, "--spool-dir", far, ...run]);
    const [line, path] = peer.attempt().lines.map(({ text }) => text);
    expect(line).toBe("hello");
    expect(path!.length).toBeLessThan(108);
    expect(statSync(dirname(path!), { throwIfNoEntry: false })).toBeUndefined();
  });

  test.each([["nonsense"], ["null"], ['{"level":"LOUD","message":"x"}'], ['{"level":"INFO","message":5}']])(
    "answers %s with an error and goes on",
    async (request) => {
      const ask = `
import socket, sys, os
for text in (${JSON.stringify(request)}, '{"level":"INFO","message":"fine"}'):
    s = socket.socket(socket.AF_UNIX); s.connect(os.environ["KERUTA_AGENT_SOCKET"])
    s.sendall(text.encode() + b"\\n"); print(s.makefile().readline(), end="")
`;
      await runAgent(place.executeArgs(peer.url, ["--", "python3", place.script(ask, 0o755, "ask.py")]));
      const texts = peer.attempt().lines.map(({ text }) => text);
      expect(texts.filter((text) => text.startsWith('{"error":')).length).toBe(1);
      expect(texts).toContain("fine");
    },
  );
});

describe("log, elsewhere", () => {
  const env = () => ({ KERUTA_API_URL: peer.url, KERUTA_TASK_ID: "t-1", KERUTA_API_RETRY_INTERVAL: "10ms" });

  test("posts the line", async () => {
    const bodies: unknown[] = [];
    peer.answer = async (request) => {
      expect(new URL(request.url).pathname).toBe("/api/v1/tasks/t-1/logs");
      bodies.push(await request.json());
      return bodies.length < 3 ? new Response("later", { status: 503 }) : Response.json({}, { status: 201 });
    };
    expect((await runAgent(["log", "warning", "hello"], { env: env() })).exitCode).toBe(0);
    expect(bodies.length).toBe(3);
    expect(bodies[2]).toMatchObject({ source: "agent", level: "WARN", message: "hello" });
  });

  test("posts it too where the agent of the script is gone", async () => {
    let posts = 0;
    peer.answer = () => {
      posts++;
      return Response.json({}, { status: 201 });
    };
    const gone = { ...env(), KERUTA_AGENT_SOCKET: place.path("gone.sock") };
    expect((await runAgent(["log", "INFO", "hello"], { env: gone })).exitCode).toBe(0);
    expect(posts).toBe(1);
  });

  test("fails with 1 and a sentence where the server refuses it", async () => {
    peer.answer = () =>
      Response.json({ error: { code: "TASK_NOT_FOUND", message: "no such task" } }, { status: 404 });
    const { exitCode, stderr } = await runAgent(["log", "INFO", "hello"], { env: env() });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("no such task");
  });
});
