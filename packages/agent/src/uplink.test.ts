import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { Peer } from "./fixtures/peer.ts";
import { runAgent, startAgent, Workplace } from "./fixtures/run-agent.ts";

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

function args(command: readonly string[], options: readonly string[] = []): string[] {
  return place.executeArgs(peer.url, ["--", ...command], options);
}

/** Many small chunks, over a second or so: `count` lines with a pause after every twenty. */
function trickle(count: number): string[] {
  return [
    "sh",
    "-c",
    `i=0; while [ $i -lt ${count} ]; do echo line $i; i=$((i+1)); [ $((i % 20)) = 0 ] && sleep 0.01; done`,
  ];
}

function expectLines(count: number): void {
  const { lines } = peer.attempt();
  expect(lines.map((line) => line.text)).toEqual(Array.from({ length: count }, (_, i) => `line ${i}`));
  expect(lines.map((line) => line.sequence)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
}

describe("the connection is lost", () => {
  test("again and again while lines flow: each line arrives once", async () => {
    let chunks = 0;
    peer.misbehave = (message, socket) => {
      if (message.type !== "chunk" || ++chunks % 7 !== 0) return false;
      // Cut before the chunk is stored, and its like before the acknowledgement goes out.
      socket.terminate();
      return chunks % 2 === 0;
    };
    expect((await runAgent(args(trickle(1_000)))).exitCode).toBe(0);
    expectLines(1_000);
    expect(peer.connections).toBeGreaterThan(3);
    expect(peer.attempt().claim).toBe(1);
  });

  test("acknowledgements are lost: chunks sent again are told apart from new ones", async () => {
    let swallowed = 0;
    const send = peer.send.bind(peer);
    peer.send = (socket, message) => {
      if (message.type === "ack" && swallowed < 3) {
        swallowed++;
        socket.terminate();
      } else send(socket, message);
    };
    await runAgent(args(trickle(200)));
    expect(swallowed).toBe(3);
    expectLines(200);
  });

  test("before the server is there at all: it is waited for while the script runs", async () => {
    const { port } = peer;
    await peer.stop();
    const agent = startAgent(
      args(["sh", "-c", `echo begun; while [ ! -e ${place.path("go")} ]; do sleep 0.02; done; echo end`]),
    );
    peer = new Peer(port);
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().head > 0);
    await Bun.write(place.path("go"), "");
    expect((await agent.finished).exitCode).toBe(0);
    expect(peer.attempt().lines.map((line) => line.text)).toEqual(["begun", "end"]);
  });

  test("the server goes away and says when to come back", async () => {
    let told = false;
    peer.misbehave = (message, socket) => {
      if (told || message.type !== "chunk") return false;
      told = true;
      peer.send(socket, { type: "goaway", reason: "restarting", retryAfterMs: 50 });
      socket.close(1012, "restarting");
      return true;
    };
    await runAgent(args(trickle(100)));
    expectLines(100);
    expect(peer.connections).toBe(2);
  });
});

describe("the server answers", () => {
  test("resume: the agent goes back to the line named", async () => {
    let dropped = false;
    peer.misbehave = (message) => {
      if (dropped || message.type !== "chunk") return false;
      dropped = true;
      return true;
    };
    await runAgent(args(trickle(300)));
    expect(dropped).toBe(true);
    expectLines(300);
  });

  test("with a small window: no more is on the way than it allows", async () => {
    peer.windowBytes = 2_000;
    const unanswered: number[] = [];
    let bytes = 0;
    const send = peer.send.bind(peer);
    peer.misbehave = (message, socket, attempt) => {
      if (message.type !== "chunk") return false;
      bytes += message.chunk.length;
      unanswered.push(bytes);
      setTimeout(() => {
        bytes -= message.chunk.length;
        send(socket, { type: "ack", sequence: attempt!.head });
      }, 5);
      return false;
    };
    peer.send = (socket, message) => {
      if (message.type !== "ack") send(socket, message);
    };
    await runAgent(args(trickle(1_000)));
    expectLines(1_000);
    expect(Math.max(...unanswered)).toBeLessThanOrEqual(2_000);
  });

  test("ping: it is answered", async () => {
    const answered = Promise.withResolvers<void>();
    peer.misbehave = (message, socket) => {
      if (message.type === "hello") queueMicrotask(() => peer.send(socket, { type: "ping" }));
      if (message.type === "pong") answered.resolve();
      return message.type === "pong";
    };
    const agent = startAgent(args(["sleep", "5"]));
    await answered.promise;
    agent.kill("SIGTERM");
    await agent.finished;
  });

  test("CHUNK_INVALID for the same chunk twice: it stops, and the spool stays", async () => {
    let refused = 0;
    peer.misbehave = (message, socket) => {
      if (message.type !== "chunk") return false;
      refused++;
      peer.send(socket, { type: "error", code: "CHUNK_INVALID", message: "its flags are wrong" });
      socket.close(4422, "its flags are wrong");
      return true;
    };
    const { exitCode, stderr } = await runAgent(args(["sh", "-c", "echo x; exit 6"]));
    expect(exitCode).toBe(6);
    expect(refused).toBe(2);
    expect(stderr).toContain("refused a chunk twice");
    expect(readdirSync(place.spoolDirectory).length).toBe(1);
  });

  test.each([
    ["SUPERSEDED", 4409],
    ["FORBIDDEN", 4403],
    ["PROTOCOL_UNSUPPORTED", 4426],
  ])("%s: it does not ask again, says so once, and the script runs on", async (code, close) => {
    peer.misbehave = (message, socket) => {
      if (message.type !== "hello") return false;
      peer.send(socket, { type: "error", code, message: "because" });
      socket.close(close, "because");
      return true;
    };
    const { exitCode, stdout, stderr } = await runAgent(
      args(["sh", "-c", "echo one; sleep 0.3; echo two; exit 3"]),
    );
    expect(exitCode).toBe(3);
    expect(new TextDecoder().decode(stdout)).toBe("one\ntwo\n");
    expect(peer.connections).toBe(1);
    expect(stderr.match(/no longer sent/g)?.length).toBe(1);
    expect(stderr).toContain(place.spoolDirectory);
  });

  test("nothing: the agent gives up at the drain timeout, and says where the log is", async () => {
    peer.misbehave = () => true;
    const { exitCode, stderr } = await runAgent(
      args(["sh", "-c", "echo x; exit 4"], ["--drain-timeout", "300ms"]),
    );
    expect(exitCode).toBe(4);
    expect(stderr).toContain(`keruta-agent flush --spool-dir ${place.spoolDirectory}`);
  });
});

test("SIGTERM after the script's end: the agent does not wait any longer, and keeps the script's code", async () => {
  let isEnding = false;
  peer.misbehave = (message) => {
    isEnding ||= message.type === "end";
    return message.type === "end";
  };
  const agent = startAgent(args(["sh", "-c", "echo x; exit 4"]));
  await peer.until(() => isEnding);
  agent.kill("SIGTERM");
  const { exitCode, stderr } = await agent.finished;
  expect(exitCode).toBe(4);
  expect(stderr).toContain("keruta-agent flush");
});

describe("what an agent left behind", () => {
  test("because the server was away is delivered by flush", async () => {
    const { port } = peer;
    await peer.stop();
    const { exitCode } = await runAgent(args(trickle(60), ["--drain-timeout", "0"]));
    expect(exitCode).toBe(0);
    peer = new Peer(port);
    const flushed = await runAgent(["flush", "--spool-dir", place.spoolDirectory]);
    expect(flushed.exitCode).toBe(0);
    expectLines(60);
    expect(peer.attempt().end).toMatchObject({ state: "COMPLETED", exitCode: 0 });
    expect(readdirSync(place.spoolDirectory)).toEqual([]);
  });

  test("by SIGKILL is delivered by the next agent, once, and ends as failed", async () => {
    const { port } = peer;
    await peer.stop();
    const agent = startAgent(args(["sh", "-c", "echo a; echo b; echo c; sleep 600"]));
    const isSpooled = () =>
      existsSync(place.spoolDirectory) &&
      readdirSync(place.spoolDirectory).some((run) =>
        readdirSync(`${place.spoolDirectory}/${run}`).some((name) => name.endsWith(".chunks")),
      );
    while (!isSpooled()) await Bun.sleep(10);
    agent.kill("SIGKILL");
    await agent.finished;
    peer = new Peer(port);
    await runAgent([
      "execute",
      "--task-id",
      "t2",
      "--api-url",
      peer.url,
      "--spool-dir",
      place.spoolDirectory,
      "--",
      "true",
    ]);
    const left = peer.attempt("t1");
    expect(left.lines.map((line) => line.text)).toEqual(["a", "b", "c"]);
    expect(left.end).toMatchObject({ state: "FAILED", lastSequence: 3 });
    expect(readdirSync(place.spoolDirectory)).toEqual([]);
  });

  test("is not touched while its agent lives", async () => {
    const agent = startAgent(args(["sh", "-c", "echo a; sleep 600"]));
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().head === 1);
    const flushed = await runAgent(["flush", "--spool-dir", place.spoolDirectory]);
    expect(flushed.stderr).toContain("nothing is left");
    expect(peer.attempt().claim).toBe(1);
    agent.kill("SIGTERM");
    await agent.finished;
    expect(peer.attempt().end).toMatchObject({ state: "CANCELLED" });
  });

  test("and cannot be delivered stays, and flush says so with 1", async () => {
    const { url } = peer;
    await peer.stop();
    await runAgent(args(["echo", "x"], ["--drain-timeout", "0"]));
    const { exitCode, stderr } = await runAgent([
      "flush",
      "--spool-dir",
      place.spoolDirectory,
      "--api-url",
      url,
      "--drain-timeout",
      "200ms",
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("cannot deliver the log of task t1");
    expect(readdirSync(place.spoolDirectory).length).toBe(1);
  });
});
