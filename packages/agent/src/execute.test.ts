import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { allFlags } from "@keruta/config";
import { Peer } from "./fixtures/peer.ts";
import {
  type AgentStart,
  type FinishedAgent,
  runAgent,
  startAgent,
  Workplace,
} from "./fixtures/run-agent.ts";
import { commandSpecs } from "./options.ts";
import { agentSettings } from "./settings.ts";

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

function executeArgs(run: readonly string[], options: readonly string[] = []): string[] {
  return place.executeArgs(peer.url, run, options);
}

/** Runs a shell script through the agent. */
function runScript(
  text: string,
  options: readonly string[] = [],
  start?: AgentStart,
): Promise<FinishedAgent> {
  return runAgent(executeArgs(["--script", place.script(`#!/bin/sh\n${text}\n`)], options), start);
}

function texts(source = "stdout"): string[] {
  return peer
    .attempt()
    .lines.filter((line) => line.source === source)
    .map((line) => line.text);
}

function agentLines(): string[] {
  return texts("agent");
}

describe("what the script printed", () => {
  test("is stored line by line, mirrored byte by byte, and the spool is gone", async () => {
    const { exitCode, stdout, stderr } = await runScript("echo one; echo two >&2; printf three; exit 7");
    expect(exitCode).toBe(7);
    expect(new TextDecoder().decode(stdout)).toBe("one\nthree");
    expect(stderr).toBe("two\n");
    expect(texts()).toEqual(["one", "three"]);
    expect(texts("stderr")).toEqual(["two"]);
    expect(peer.attempt().lines.map((line) => line.sequence)).toEqual([1, 2, 3]);
    expect(peer.attempt().end).toMatchObject({ state: "FAILED", exitCode: 7, lastSequence: 3 });
    expect(readdirSync(place.spoolDirectory)).toEqual([]);
  });

  test("may be nothing", async () => {
    expect((await runScript("true")).exitCode).toBe(0);
    expect(peer.attempt().lines).toEqual([]);
    expect(peer.attempt().end).toMatchObject({ state: "COMPLETED", exitCode: 0, lastSequence: 0 });
  });

  test("may be a burst of 2,000 lines before exit", async () => {
    await runScript("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done");
    expect(texts()).toEqual(Array.from({ length: 2_000 }, (_, i) => `line ${i}`));
  });

  test("may be a million lines", async () => {
    const { stdout } = await runScript("seq 0 999999");
    expect(peer.attempt().head).toBe(1_000_000);
    expect(Buffer.concat(peer.attempt().text).equals(stdout)).toBe(true);
  });

  test("may be one line of 20 MB", async () => {
    const { stdout } = await runScript("head -c 20000000 /dev/zero | tr '\\0' x; echo");
    expect(stdout.length).toBe(20_000_001);
    expect(Buffer.concat(peer.attempt().text).equals(stdout)).toBe(true);
    const { lines } = peer.attempt();
    expect(lines.length).toBe(Math.ceil(20_000_000 / 8_192));
    expect(lines.every((line, i) => line.continued === i < lines.length - 1)).toBe(true);
  });

  test("may be NUL bytes, CRLF and a byte that is no UTF-8", async () => {
    const { stdout } = await runScript("printf 'a\\000b\\r\\n\\377\\n'");
    expect(stdout).toEqual(new Uint8Array([97, 0, 98, 13, 10, 255, 10]));
    expect(texts()).toEqual(["a\0b", "\ufffd"]);
  });

  test("may be a prompt that no newline ends, which viewers see before the answer", async () => {
    peer.misbehave = (message) => {
      if (message.type === "partial" && message.text === "name? ") answered.resolve();
      return false;
    };
    const answered = Promise.withResolvers<void>();
    const fifo = place.path("answer");
    const agent = startAgent(
      executeArgs([
        "--script",
        place.script(`#!/bin/sh\nmkfifo ${fifo}\nprintf 'name? '\nread name < ${fifo}\necho "hi $name"\n`),
      ]),
    );
    await answered.promise;
    await Bun.write(fifo, "bob\n");
    await agent.finished;
    expect(texts()).toEqual(["name? hi bob"]);
    expect(peer.attempt().partials.at(-1)).toMatchObject({ source: "stdout", text: "" });
  });
});

describe("the script is not disturbed", () => {
  test("it has our stdin, environment and working directory", async () => {
    await runScript('read line; echo "$line $KERUTA_X $(pwd)"', [], {
      cwd: place.directory,
      stdin: "typed\n",
      env: { KERUTA_X: "x=1 é" },
    });
    expect(texts()).toEqual([`typed x=1 é ${place.directory}`]);
  });

  test("a reader of our output that goes away does not end it", async () => {
    const script = place.script("#!/bin/sh\nseq 1 100000\necho done >&2\n");
    const command = `"$0" "$@" | head -n 1`;
    const child = Bun.spawn(
      [
        "sh",
        "-c",
        command,
        process.execPath,
        `${import.meta.dir}/main.ts`,
        ...executeArgs(["--script", script]),
      ],
      { stdout: "pipe", stderr: "ignore" },
    );
    expect(await child.stdout.text()).toBe("1\n");
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().end !== undefined);
    expect(peer.attempt().end).toMatchObject({ state: "COMPLETED" });
    expect(texts().length).toBe(100_000);
  });

  test("without streaming it is only run", async () => {
    const { exitCode, stdout } = await runScript("echo hello; exit 3", ["--disable-log-streaming"]);
    expect(exitCode).toBe(3);
    expect(new TextDecoder().decode(stdout)).toBe("hello\n");
    expect(peer.connections).toBe(0);
    expect(existsSync(place.spoolDirectory)).toBe(false);
  });
});

describe("how it is run", () => {
  test("a file that is not executable, by the interpreter it names", async () => {
    const script = place.script('#!/usr/bin/env -S sh -e\necho "$0 $1"\n', 0o644);
    await runAgent(executeArgs(["--script", script, "--", "arg"]));
    expect(texts()).toEqual([`${script} arg`]);
  });

  test("a file without an interpreter, by the shell", async () => {
    await runAgent(executeArgs(["--script", place.script("echo plain\n", 0o755)]));
    expect(texts()).toEqual(["plain"]);
  });

  test("a command with arguments that look like options", async () => {
    await runAgent(executeArgs(["--", "printf", "%s\\n", "--task-id", "-x"]));
    expect(texts()).toEqual(["--task-id", "-x"]);
  });

  test.each([
    [["--script", "/nope/script.sh"], 127],
    [["--", "no-such-command-anywhere"], 127],
    [["--script", "/"], 126],
    [["--", "/etc/hostname"], 126],
  ])("%p cannot be run: exit %d, and the log says why", async (run, exitCode) => {
    const finished = await runAgent(executeArgs(run));
    expect(finished.exitCode).toBe(exitCode);
    expect(agentLines()[0]).toContain("cannot run");
    expect(finished.stderr).toContain("keruta-agent: cannot run");
    expect(peer.attempt().end).toMatchObject({ state: "FAILED", exitCode });
  });
});

describe("how it ends", () => {
  test("death by a signal is 128 and its number", async () => {
    const { exitCode } = await runScript("kill -SEGV $$");
    expect(exitCode).toBe(139);
    expect(peer.attempt().end).toMatchObject({ state: "FAILED", exitCode: 139, signal: "SIGSEGV" });
  });

  test("SIGTERM to the agent reaches the whole group, and the log says so", async () => {
    const script = place.script(
      "#!/bin/sh\ntrap 'echo parent; exit 5' TERM\nsh -c 'trap \"echo child; exit\" TERM; echo ready; while :; do sleep 0.05; done' &\nwhile :; do sleep 0.05; done\n",
    );
    const agent = startAgent(executeArgs(["--script", script]));
    await peer.until(() => peer.attempts.size > 0 && texts().includes("ready"));
    agent.kill("SIGTERM");
    expect((await agent.finished).exitCode).toBe(5);
    expect(texts().sort()).toEqual(["child", "parent", "ready"]);
    expect(agentLines()[0]).toContain("SIGTERM received");
    expect(peer.attempt().end).toMatchObject({ state: "CANCELLED", exitCode: 5 });
  });

  test("SIGKILL follows the grace", async () => {
    const script = place.script("#!/bin/sh\ntrap '' TERM\necho ready\nwhile :; do sleep 0.05; done\n");
    const agent = startAgent(executeArgs(["--script", script], ["--kill-grace", "200ms"]));
    await peer.until(() => peer.attempts.size > 0 && texts().includes("ready"));
    agent.kill("SIGTERM");
    expect((await agent.finished).exitCode).toBe(137);
    expect(agentLines().at(-1)).toContain("SIGKILL");
  });

  test("a timeout is 124, and the log says so", async () => {
    const { exitCode } = await runScript("echo begun; exec sleep 600", ["--timeout", "300ms"]);
    expect(exitCode).toBe(124);
    expect(agentLines()[0]).toContain("timed out after 0.3 s");
    expect(peer.attempt().end).toMatchObject({
      state: "FAILED",
      exitCode: 124,
      reason: "timed out after 0.3 s",
    });
  });

  test("a grandchild that holds the output is not waited for", async () => {
    const { exitCode } = await runScript("sleep 600 & echo $!; exit 4", ["--output-grace", "200ms"]);
    process.kill(Number(texts()[0]));
    expect(exitCode).toBe(4);
    expect(agentLines()[0]).toContain("still holds its output");
  });
});

describe("usage", () => {
  test.each([
    [["execute", "--task-id", "t1", "--api-url"], "needs a value"],
    [["execute", "--disable-log-streaming=perhaps", "--", "true"], "true or false"],
    [["flush", "something"], "takes no argument"],
    [["execute", "--api-url", "http://x", "--", "true"], "--task-id"],
    [["execute", "--api-url", "http://x", "--task-id", "a b", "--", "true"], "task id"],
    [["execute", "--api-url", "nonsense", "--task-id", "a", "--", "true"], "a URL"],
    [["execute", "--api-url", "http://x"], "--script"],
    [["execute", "--timeout", "soon", "--api-url", "http://x", "--task-id", "a", "--", "true"], "--timeout"],
    [
      ["execute", "--spool-policy", "drop", "--api-url", "http://x", "--task-id", "a", "--", "true"],
      "drop-oldest",
    ],
    [["execute", "--nonsense"], "--nonsense"],
    [["nonsense"], "nonsense"],
  ])("%p is refused with 2 and a sentence", async (args, word) => {
    const { exitCode, stderr } = await runAgent(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(word);
  });

  test.each([["--help"], ["execute", "--help"], ["flush", "-h"], []])(
    "help is printed by %p",
    async (...args) => {
      const { exitCode, stdout } = await runAgent(args);
      const text = Buffer.from(stdout).toString();
      expect(exitCode).toBe(0);
      expect(text).toContain("Usage: keruta-agent");
    },
  );

  test("the help of a command names every option, what it asks instead and what it falls back on", async () => {
    const { stdout } = await runAgent(["execute", "--help"]);
    const text = Buffer.from(stdout).toString().replaceAll("[no-]", "");
    for (const key of commandSpecs.execute.settings)
      for (const flag of allFlags(agentSettings[key])) expect(text).toContain(flag);
    expect(text).toContain("--script");
    expect(text).toContain("KERUTA_TASK_ID");
    expect(text).toContain("default 1GiB");
  });

  test("what follows the first operand is the command's own", async () => {
    const { exitCode } = await runScript("exit 5");
    expect(exitCode).toBe(5);
    const { stdout } = await runAgent([
      "execute",
      "--disable-log-streaming",
      "echo",
      "--timeout",
      "x",
      "--",
      "y",
    ]);
    expect(Buffer.from(stdout).toString()).toBe("--timeout x -- y\n");
  });

  test("the environment serves for options", async () => {
    const env = {
      KERUTA_TASK_ID: "from-env",
      KERUTA_API_URL: `${peer.url}/api/v1/`,
      KERUTA_SPOOL_DIR: place.spoolDirectory,
      KERUTA_API_TOKEN: "secret",
    };
    await runAgent(["execute", "--label", "a=b", "--", "echo", "x"], { env });
    expect(peer.attempt("from-env").hello.agent.labels).toEqual({ a: "b" });
    expect(peer.requests[0]!.get("authorization")).toBe("Bearer secret");
    expect(peer.requests[0]!.get("user-agent")).toStartWith("keruta-agent/");
  });
});
