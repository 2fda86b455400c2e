import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Peer } from "../fixtures/peer.ts";
import { type AgentStart, type RunningAgent, startAgent, Workplace } from "../fixtures/run-agent.ts";

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

function start(command: readonly string[], options: readonly string[] = [], how?: AgentStart): RunningAgent {
  const args = place.executeArgs(peer.url, ["--", ...command], ["--pty", ...options]);
  return startAgent(args, { stdin: null, ...how });
}

function shell(text: string, options?: readonly string[], how?: AgentStart): RunningAgent {
  return start(["sh", "-c", text], options, how);
}

function texts(): string[] {
  return peer.attempt().lines.map(({ text }) => text);
}

function printed(): string {
  return Buffer.concat(peer.attempt().text).toString();
}

function shown(text: string): Promise<void> {
  return peer.until(() => peer.attempts.size > 0 && printed().includes(text));
}

function type(id: number, text: string, eof = false): void {
  peer.tell({ type: "input", id, text, eof, by: "ann" });
}

describe("on a terminal", () => {
  test("the script sees one on all its streams, which are one, and it is mirrored as it is", async () => {
    const agent = shell("[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo out; echo err >&2; echo $TERM; exit 4");
    const { exitCode, stdout } = await agent.finished;
    expect(exitCode).toBe(4);
    expect(texts()).toEqual(["out", "err", "xterm-256color"]);
    expect(peer.attempt().lines.every(({ source }) => source === "stdout")).toBe(true);
    expect(Buffer.from(stdout).toString()).toBe("out\r\nerr\r\nxterm-256color\r\n");
    expect(peer.attempt().end).toMatchObject({ state: "FAILED", exitCode: 4 });
  });

  test("it is 80 by 24, or as large as it is told to be", async () => {
    await shell("stty size").finished;
    expect(texts()).toEqual(["24 80"]);
    await shell("stty size", ["--cols", "132", "--rows", "50"]).finished;
    expect([...peer.attempts.values()].at(-1)!.lines.map(({ text }) => text)).toEqual(["50 132"]);
  });

  test("all of a long output arrives, in order", async () => {
    const { stdout } = await shell("seq 1 200000").finished;
    expect(texts()).toEqual(Array.from({ length: 200_000 }, (_, i) => String(i + 1)));
    expect(Buffer.concat(peer.attempt().text).equals(stdout)).toBe(true);
  });

  test("a script whose output has no place to go waits, and nothing of it is lost", async () => {
    await peer.stop();
    const text = `head -c 6000000 /dev/urandom | base64 | tee ${place.path("all")}; echo end > ${place.path("ended")}`;
    const agent = shell(text, ["--spool-max-bytes", "1MiB"]);
    const port = peer.port;
    // What is read while the spool is full is bounded, so that the script cannot have come to its end.
    await waitUntilStill();
    expect(await Bun.file(place.path("ended")).exists()).toBe(false);
    peer = new Peer(port);
    expect((await agent.finished).exitCode).toBe(0);
    const all = await Bun.file(place.path("all")).text();
    expect(printed().replaceAll("\r\n", "\n")).toBe(all);
  });

  test("input is typed: echoed, edited and ended as by a person", async () => {
    const agent = start(["cat"]);
    await peer.until(() => peer.attempts.size > 0);
    type(1, "hello\n");
    await shown("hello\r\nhello\r\n");
    type(2, "no newline", true);
    expect((await agent.finished).exitCode).toBe(0);
    expect(printed()).toBe("hello\r\nhello\r\nno newlineno newline");
  });

  test("a question is waited for, a password too, which is not echoed", async () => {
    const ask = "import getpass; print('got', getpass.getpass('password? '))";
    const agent = start(["python3", "-c", ask]);
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().waiting.at(-1) === true);
    type(1, "geheim\n");
    await agent.finished;
    expect(texts().at(-1)).toBe("got geheim");
    expect(printed().split("geheim").length).toBe(2);
    expect(peer.attempt().waiting).toEqual([true, false]);
  });

  test("input that the script does not read waits", async () => {
    const agent = shell(
      `stty raw -echo; echo ready; while [ ! -e ${place.path("go")} ]; do sleep 0.02; done; head -c 60000 | wc -c`,
    );
    await shown("ready");
    type(1, "x".repeat(30_000));
    type(2, "y".repeat(30_000));
    type(3, "z");
    await Bun.write(place.path("go"), "");
    expect((await agent.finished).exitCode).toBe(0);
    expect(texts().at(-1)?.trim()).toBe("60000");
  });

  test("Ctrl-C interrupts", async () => {
    const agent = shell("trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.02; done");
    await shown("ready");
    type(1, "\x03");
    expect((await agent.finished).exitCode).toBe(9);
    expect(printed()).toContain("caught");
  });

  test("what is typed at the agent goes to the script", async () => {
    const agent = shell("read a; echo got $a; read b || echo no more", [], { stdin: "hello\n" });
    expect((await agent.finished).exitCode).toBe(0);
    expect(printed()).toContain("got hello\r\n");
    expect(printed()).toContain("no more\r\n");
  });

  test("input is refused where there is to be none", async () => {
    const agent = shell(`while [ ! -e ${place.path("go")} ]; do sleep 0.02; done`, ["--stdin", "none"]);
    await peer.until(() => peer.attempts.size > 0);
    type(1, "x\n");
    await peer.until(() => peer.attempt().taken.length === 1);
    expect(peer.attempt().taken[0]!.refused).toContain("--stdin none");
    await Bun.write(place.path("go"), "");
    await agent.finished;
  });
});

describe("it ends as without one", () => {
  test("by a signal to the agent", async () => {
    const agent = shell("trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.02; done");
    await shown("ready");
    agent.kill("SIGTERM");
    expect((await agent.finished).exitCode).toBe(5);
    expect(printed()).toContain("bye");
    expect(peer.attempt().end).toMatchObject({ state: "CANCELLED", exitCode: 5 });
  });

  test("by a signal of its own", async () => {
    expect((await shell("kill -SEGV $$").finished).exitCode).toBe(139);
    expect(peer.attempt().end).toMatchObject({ state: "FAILED", signal: "SIGSEGV" });
  });

  test("although something holds the terminal", async () => {
    const { exitCode } = await shell("trap '' HUP; sleep 600 & echo $!; exit 6", ["--output-grace", "200ms"])
      .finished;
    process.kill(Number(texts()[0]));
    expect(exitCode).toBe(6);
    expect(texts().at(-1)).toContain("still holds its output");
  });

  test("when it cannot be run", async () => {
    expect((await start(["/no/such/program"]).finished).exitCode).toBe(127);
    expect(texts()[0]).toContain("cannot run");
  });
});

/** Resolves when what the agent has written to its spool has not grown for a while. */
async function waitUntilStill(): Promise<void> {
  const spooled = () => new Bun.Glob("**/*.chunks").scanSync({ cwd: place.spoolDirectory });
  const bytes = () => {
    try {
      return [...spooled()].reduce((sum, name) => sum + Bun.file(`${place.spoolDirectory}/${name}`).size, 0);
    } catch {
      return 0;
    }
  };
  for (let same = 0, last = -1; same < 30; ) {
    await Bun.sleep(20);
    const now = bytes();
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
  }
}
