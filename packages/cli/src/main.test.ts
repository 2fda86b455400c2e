import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TaskRecord } from "@keruta/protocol";
import { ended, Programs } from "../fixtures/programs.ts";

// Every test starts programs, and the machine may be busy with others.
setDefaultTimeout(40_000);

let programs: Programs;

beforeAll(async () => {
  programs = await Programs.start();
  await programs.execute(
    "sample",
    "echo one; sleep 0.05; echo 'ERROR two' >&2; sleep 0.05; printf 'three\\r\\n'; printf '\\033[32mgreen\\033[0m \\033]0;title\\007\\033[2Jend\\n'; sleep 0.05; echo 'WARN five'; printf tail; exit 7",
  );
});
afterAll(() => programs[Symbol.asyncDispose]());

/** Waits until so many lines of a task are stored. */
async function stored(taskId: string, lines: number): Promise<void> {
  const head = async () => {
    const task = await fetch(`${programs.url}/api/v1/tasks/${taskId}`);
    return task.ok ? (((await task.json()) as TaskRecord).latest?.head ?? 0) : 0;
  };
  while ((await head()) < lines) await Bun.sleep(5);
}

const whole = "one\nERROR two\nthree\r\n\x1b[32mgreen\x1b[0m \x1b]0;title\x07\x1b[2Jend\nWARN five\ntail\n";

describe("keruta logs", () => {
  test("prints what is stored, byte for byte where nobody looks", async () => {
    expect(await programs.run("logs", "sample")).toEqual({ code: 0, stdout: whole, stderr: "" });
  });

  test.each([
    [["--tail", "2"], "WARN five\ntail\n"],
    [["--tail", "0"], ""],
    [["--source", "stderr"], "ERROR two\n"],
    [["--level", "warn", "--level", "error"], "ERROR two\nWARN five\n"],
    [["--level", "warn,error", "--source", "stdout"], "WARN five\n"],
    [["--since", "1h", "--tail", "1"], "tail\n"],
    [["--since", "2100-01-01"], ""],
    [["--attempt", "1", "--tail", "1"], "tail\n"],
  ])("%p", async (options, stdout) => {
    expect(await programs.run("logs", "sample", ...options)).toEqual({ code: 0, stdout, stderr: "" });
    expect(await programs.run("logs", "sample", "-f", ...options)).toEqual({ code: 0, stdout, stderr: "" });
  });

  test("puts times before lines, and understands them as --since", async () => {
    const { stdout } = await programs.run("logs", "sample", "--timestamps");
    const rows = stdout.trimEnd().split("\n");
    expect(rows[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z one$/);
    const since = rows[4]!.slice(0, 23);
    expect((await programs.run("logs", "sample", "--since", `${since}Z`)).stdout).toBe("WARN five\ntail\n");
  });

  test("gives JSON, one object a line", async () => {
    const { stdout } = await programs.run("logs", "sample", "--json", "--source", "stderr");
    expect(JSON.parse(stdout)).toMatchObject({
      sequence: 2,
      source: "stderr",
      level: "ERROR",
      message: "ERROR two",
    });
  });

  test("ends with the attempt's exit code where it is asked to", async () => {
    expect((await programs.run("logs", "sample", "--exit-code")).code).toBe(7);
    await programs.execute("killed", "kill -SEGV $$");
    expect((await programs.run("logs", "killed", "-f", "--exit-code")).code).toBe(139);
  });

  test("waits for a task that is yet to begin, and goes on when the server is killed twice", async () => {
    const follow = programs.spawn("logs", "later", "-f");
    const output = ended(follow);
    const executed = programs.execute("later", "for i in $(seq 1 60); do echo line $i; sleep 0.03; done");
    for (let restarts = 0; restarts < 2; restarts++) {
      await stored("later", 10 + restarts * 20);
      await programs.killServer();
      await programs.startServer();
    }
    expect((await executed).code).toBe(0);
    const { code, stdout, stderr } = await output;
    expect(stdout).toBe(Array.from({ length: 60 }, (_, i) => `line ${i + 1}\n`).join(""));
    expect(stderr).toContain("keruta: cut off: ");
    expect(stderr).toContain("keruta: connected again\n");
    expect(code).toBe(0);
  });

  test("prints a line of any length as one", async () => {
    await programs.execute("long", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end");
    const { stdout } = await programs.run("logs", "long");
    expect(stdout.split("\n").map((line) => line.length)).toEqual([3_000_000, 3, 0]);
  });

  test("holds little memory however slowly it is read, and loses nothing", async () => {
    const count = 400_000;
    await programs.execute(
      "big",
      `seq -f 'line %.0f of a log that its reader takes its time with' 1 ${count}`,
    );
    const child = programs.spawn("logs", "big");
    const reader = child.stdout.getReader();
    let read = (await reader.read()).value?.length ?? 0;
    const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]);
    let before = 0;
    // It has stopped when its memory has.
    for (let now = rss(); now !== before; now = rss()) {
      before = now;
      await Bun.sleep(200);
    }
    expect(before).toBeLessThan(120_000);
    for (let part = await reader.read(); !part.done; part = await reader.read()) read += part.value.length;
    const bytes = Array.from(
      { length: count },
      (_, i) => `line ${i + 1} of a log that its reader takes its time with\n`,
    );
    expect(read).toBe(bytes.join("").length);
    const [command, ...args] = programs.command("logs", "big").map((word) => `'${word}'`);
    const head = ended(
      Bun.spawn(["bash", "-c", `${command} ${args.join(" ")} | head -n 1; echo "\${PIPESTATUS[0]}"`], {
        env: programs.environment,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      }),
    );
    expect(await head).toEqual({ code: 0, stdout: `${bytes[0]}0\n`, stderr: "" });
  });
});

describe("at a terminal", () => {
  async function shown(environment: Record<string, string>, ...args: string[]): Promise<string> {
    let text = "";
    const decoder = new TextDecoder();
    const child = Bun.spawn(programs.command(...args), {
      env: { ...programs.environment, ...environment },
      terminal: {
        cols: 80,
        rows: 24,
        data: (_terminal, data) => (text += decoder.decode(data, { stream: true })),
      },
    });
    await child.exited;
    while (!text.includes("tail")) await Bun.sleep(1);
    return text.replaceAll("\r\n", "\n");
  }

  test("levels have colours, stderr a mark, and nothing moves the cursor", async () => {
    expect(await shown({ NO_COLOR: "" }, "logs", "sample")).toStartWith(
      "one\n\x1b[31m▏\x1b[0m\x1b[31mERROR two\x1b[0m\nthree\n\x1b[32mgreen\x1b[0m end\x1b[0m\n\x1b[33mWARN five\x1b[0m\ntail",
    );
  });

  test("a prompt is shown before its newline, and its line takes its place", async () => {
    let text = "";
    const answered = join(programs.dir, "answered");
    const child = Bun.spawn(programs.command("logs", "prompt", "-f"), {
      env: programs.environment,
      terminal: { cols: 80, rows: 24, data: (_terminal, data) => (text += Buffer.from(data).toString()) },
    });
    const executed = programs.execute(
      "prompt",
      `echo first; printf 'password: '; while ! [ -e '${answered}' ]; do sleep 0.02; done; echo given; echo last`,
    );
    while (!text.includes("password: \x1b[0m")) await Bun.sleep(5);
    writeFileSync(answered, "");
    await executed;
    await child.exited;
    while (!text.includes("last")) await Bun.sleep(1);
    expect(text).toContain("first\r\npassword: \x1b[0m\r\x1b[Kpassword: given\r\nlast\r\n");
  });

  test("NO_COLOR means none", async () => {
    expect(await shown({ NO_COLOR: "1" }, "logs", "sample")).toStartWith(
      "one\nERROR two\nthree\ngreen end\nWARN five\ntail",
    );
  });
});

describe("keruta export", () => {
  test("raw is what the script wrote", async () => {
    const file = join(programs.dir, "raw");
    expect((await programs.run("export", "sample", "--format", "raw", "-o", file)).code).toBe(0);
    expect(readFileSync(file, "latin1")).toBe(whole.slice(0, -1));
    expect((await programs.run("export", "sample", "--format", "raw", "--source", "stderr")).stdout).toBe(
      "ERROR two\n",
    );
  });

  test("txt is one line a line, ndjson one object", async () => {
    expect((await programs.run("export", "sample")).stdout).toBe(whole);
    const rows = (await programs.run("export", "sample", "--format", "ndjson")).stdout.trimEnd().split("\n");
    expect(rows.map((row) => (JSON.parse(row) as { sequence: number }).sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

test("keruta tasks lists them, as a table and as JSON", async () => {
  const { stdout } = await programs.run("tasks", "--status", "failed");
  expect(stdout).toMatch(/^TASK +STATUS +ATTEMPT +LINES +STARTED +EXIT\n/);
  expect(stdout).toMatch(/\nsample +FAILED +1 +6 +\S+Z +7\n/);
  const listed = JSON.parse((await programs.run("tasks", "--json")).stdout) as { id: string }[];
  expect(listed.map(({ id }) => id)).toContain("sample");
});

describe("what goes wrong is said in one sentence", () => {
  test.each([
    [["logs", "nobody"], 1, "keruta: there is no task nobody\n"],
    [
      ["logs", "sample", "--attempt", "9"],
      1,
      "keruta: cannot show attempt 9 of task sample: there is none\n",
    ],
    [
      ["logs", "sample", "--level", "loud"],
      2,
      "keruta: --level LOUD: give one of DEBUG, INFO, WARN, ERROR (see keruta --help)\n",
    ],
    [
      ["logs", "sample", "--tail", "-1"],
      2,
      "keruta: --tail -1: give a whole number from 0 (see keruta --help)\n",
    ],
    [
      ["logs", "a b"],
      1,
      'keruta: cannot use the task id "a b": it may not be empty, longer than 256, or hold blanks, /, \\, ? or #\n',
    ],
    [["logs"], 2, "error: missing required argument 'task'\n"],
    [["sing"], 2, "error: unknown command 'sing'\n"],
    [
      ["logs", "sample", "--api-url", "nonsense"],
      1,
      'keruta: cannot use the API address "nonsense": give one like http://127.0.0.1:8080\n',
    ],
    [
      ["export", "sample", "-o", "/nowhere/file"],
      1,
      "keruta: ENOENT: no such file or directory, open '/nowhere/file'\n",
    ],
  ])("%p", async (args, code, stderr) => {
    expect(await programs.run(...args)).toEqual({ code, stdout: "", stderr });
  });

  test("a server that is not there", async () => {
    const { code, stderr } = await programs.run("tasks", "--api-url", "http://127.0.0.1:1");
    expect(code).toBe(1);
    expect(stderr).toStartWith("keruta: cannot reach the server at http://127.0.0.1:1/api/v1: ");
  });

  test("a port that is taken", async () => {
    const port = new URL(programs.url).port;
    const { code, stderr } = await programs.run(
      "serve",
      "--port",
      port,
      "--data",
      join(programs.dir, "other"),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^keruta: .*port.*\n$/);
  });
});
