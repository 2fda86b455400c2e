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

function start(
  command: readonly string[],
  options: readonly string[] = [],
  { stdin = null, ...others }: AgentStart = {},
): RunningAgent {
  return startAgent(place.executeArgs(peer.url, ["--", ...command], options), { stdin, ...others });
}

function shell(text: string, options?: readonly string[], how?: AgentStart): RunningAgent {
  return start(["sh", "-c", text], options, how);
}

function connected(): Promise<void> {
  return peer.until(() => peer.attempts.size > 0);
}

function printed(): string {
  return Buffer.concat(peer.attempt().text).toString();
}

function input(id: number, text: string, eof = false): void {
  peer.tell({ type: "input", id, text, eof, by: "ann" });
}

function answered(id: number): Promise<void> {
  return peer.until(() => peer.attempt().taken.some((taken) => taken.id === id));
}

function refusal(id: number): string | undefined {
  return peer.attempt().taken.find((taken) => taken.id === id)?.refused;
}

describe("input from the server", () => {
  test("reaches a script whose agent has no input of its own, at any time and in order, and ends it", async () => {
    const agent = start(["cat"]);
    await connected();
    input(1, "one\n");
    input(2, "two\n");
    await peer.until(() => printed() === "one\ntwo\n");
    input(3, "three\n", true);
    expect((await agent.finished).exitCode).toBe(0);
    expect(printed()).toBe("one\ntwo\nthree\n");
    expect(peer.attempt().taken).toEqual([1, 2, 3].map((id) => expect.objectContaining({ id })));
    expect(peer.attempt().taken.every(({ refused }) => refused === undefined)).toBe(true);
  });

  test("is written once, though it comes again on a new connection, and is answered again", async () => {
    const agent = start(["cat"]);
    await connected();
    input(1, "once\n");
    await answered(1);
    peer.cut();
    await peer.until(() => peer.connections === 2 && peer.sockets.size === 1 && printed() === "once\n");
    await peer.until(() => [...peer.sockets].every((socket) => socket.data.attempt !== undefined));
    input(1, "once\n");
    input(2, "", true);
    await agent.finished;
    expect(printed()).toBe("once\n");
    expect(peer.attempt().taken.map(({ id }) => id)).toEqual([1, 1, 2]);
  });

  test("that the script does not read waits without keeping the agent from anything", async () => {
    const go = place.path("go");
    const agent = shell(`echo begun; while [ ! -e ${go} ]; do sleep 0.02; echo tick; done; exec wc -c`);
    await connected();
    const text = `${"x".repeat(30_000)}\n`;
    for (let id = 1; id <= 20; id++) input(id, text, id === 20);
    await answered(2);
    const { head } = peer.attempt();
    await peer.until(() => peer.attempt().head > head + 5);
    expect(peer.attempt().taken.length).toBeLessThan(20);
    await Bun.write(go, "");
    await agent.finished;
    expect(printed()).toEndWith(`${20 * text.length}\n`);
  });

  test("past what may wait ends the connection, so that it comes again", async () => {
    const go = place.path("go");
    const agent = shell(`while [ ! -e ${go} ]; do sleep 0.02; done; exec wc -c`);
    await connected();
    const text = "x".repeat(32_000);
    const send = () => {
      for (let id = 1; id <= 60; id++) input(id, text, id === 60);
    };
    send();
    await peer.until(() => peer.connections === 2);
    await Bun.write(go, "");
    while (refusal(60) === undefined && !peer.attempt().taken.some(({ id }) => id === 60)) {
      send();
      await Bun.sleep(20);
    }
    await agent.finished;
    expect(printed()).toBe(`${60 * text.length}\n`);
  });

  test("is refused where the script has closed its input", async () => {
    const agent = shell(`exec 0<&-; echo closed; while [ ! -e ${place.path("go")} ]; do sleep 0.02; done`);
    await connected();
    await peer.until(() => printed() === "closed\n");
    input(1, "too late\n");
    await answered(1);
    expect(refusal(1)).toBe("the script has closed its standard input");
    await Bun.write(place.path("go"), "");
    expect((await agent.finished).exitCode).toBe(0);
  });

  test("is refused behind the end of the input", async () => {
    const agent = shell(`cat; while [ ! -e ${place.path("go")} ]; do sleep 0.02; done`);
    await connected();
    input(1, "all\n", true);
    input(2, "more\n");
    await answered(2);
    expect(refusal(1)).toBeUndefined();
    expect(refusal(2)).toContain("has been ended");
    await Bun.write(place.path("go"), "");
    await agent.finished;
    expect(printed()).toBe("all\n");
  });

  test.each([
    ["--stdin=inherit", "--stdin server"],
    ["--stdin=none", "--stdin none"],
  ])("is refused with %s", async (flag, reason) => {
    const agent = shell(`cat; while [ ! -e ${place.path("go")} ]; do sleep 0.02; done`, [flag]);
    await connected();
    input(1, "x\n");
    await answered(1);
    expect(refusal(1)).toContain(reason);
    await Bun.write(place.path("go"), "");
    await agent.finished;
    expect(printed()).toBe("");
  });

  test("is refused where the agent has input of its own, which the script reads", async () => {
    const agent = shell(
      `cat; while [ ! -e ${place.path("go")} ]; do sleep 0.02; done`,
      ["--auto-detect-input"],
      { stdin: "typed\n" },
    );
    await connected();
    input(1, "x\n");
    await answered(1);
    expect(refusal(1)).toContain("--stdin server");
    await Bun.write(place.path("go"), "");
    await agent.finished;
    expect(printed()).toBe("typed\n");
  });
});

test("a script may open its streams by their names", async () => {
  const agent = shell("echo out > /dev/stdout; echo err > /dev/stderr; cat /dev/stdin");
  await connected();
  input(1, "in\n", true);
  expect((await agent.finished).exitCode).toBe(0);
  const lines = peer.attempt().lines.map(({ source, text }) => `${source} ${text}`);
  expect(lines.sort()).toEqual(["stderr err", "stdout in", "stdout out"]);
});
