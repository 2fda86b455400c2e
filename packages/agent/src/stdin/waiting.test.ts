import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Peer } from "../fixtures/peer.ts";
import { type RunningAgent, startAgent, Workplace } from "../fixtures/run-agent.ts";

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

function start(command: readonly string[], options: readonly string[] = []): RunningAgent {
  return startAgent(place.executeArgs(peer.url, ["--", ...command], options), { stdin: null });
}

function printed(): string {
  return Buffer.concat(peer.attempt().text).toString();
}

const nodeQuestion = `
  const rl = require("node:readline").createInterface({ input: process.stdin, output: process.stdout });
  rl.question("name? ", (name) => { console.log("hi " + name); process.exit(); });
`;
const pythonSelect = `
import select, sys
print("name? ", end="", flush=True)
select.select([sys.stdin], [], [])
print("hi", sys.stdin.readline().strip())
`;
const pythonPoll = `
import select, sys
print("name? ", end="", flush=True)
poll = select.poll(); poll.register(0, select.POLLIN); poll.poll()
print("hi", sys.stdin.readline().strip())
`;
const pythonAsyncio = `
import asyncio, sys
async def main():
    print("name? ", end="", flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("hi", (await reader.readline()).decode().strip())
asyncio.run(main())
`;

describe("waits for input", () => {
  test.each([
    ["bash's read -p", ["bash", "-c", "read -p 'name? ' name; echo hi $name"]],
    ["sh's read", ["sh", "-c", "printf 'name? '; read name; echo hi $name"]],
    ["a child of a child", ["sh", "-c", "sh -c 'sh -c \"read name; echo hi \\$name\"; true'; true"]],
    ["a descriptor that was copied", ["sh", "-c", "exec 5<&0 0</dev/null; read name <&5; echo hi $name"]],
    ["python's input()", ["python3", "-c", "print('hi', input('name? '))"]],
    ["python's select", ["python3", "-c", pythonSelect]],
    ["python's poll", ["python3", "-c", pythonPoll]],
    ["python's asyncio", ["python3", "-c", pythonAsyncio]],
    ["node's readline", ["node", "-e", nodeQuestion]],
    ["head, without a question", ["sh", "-c", "echo hi $(head -n 1)"]],
    ["a pipeline", ["sh", "-c", "head -n 1 | sed 's/^/hi /'"]],
  ])("%s, until it is answered", async (_what, command) => {
    const agent = start(command);
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().waiting.at(-1) === true);
    peer.tell({ type: "input", id: 1, text: "bob\n", eof: false, by: "ann" });
    expect((await agent.finished).exitCode).toBe(0);
    expect(printed()).toContain("hi bob");
    expect(peer.attempt().waiting).toEqual([true, false]);
  });

  test("again and again", async () => {
    const agent = start(["sh", "-c", "for i in 1 2 3; do printf '? '; read x; echo $x; sleep 0.05; done"]);
    for (let id = 1; id <= 3; id++) {
      await peer.until(() => peer.attempts.size > 0 && peer.attempt().waiting.length === id * 2 - 1);
      peer.tell({ type: "input", id, text: `${id}\n`, eof: false, by: "ann" });
    }
    await agent.finished;
    expect(peer.attempt().waiting).toEqual([true, false, true, false, true, false]);
  });

  test("is said again on a new connection", async () => {
    const agent = start(["sh", "-c", "printf '? '; read x"]);
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().waiting.length === 1);
    peer.cut();
    await peer.until(() => peer.attempt().waiting.length === 2);
    expect(peer.attempt().waiting).toEqual([true, true]);
    agent.kill("SIGTERM");
    await agent.finished;
  });

  test("is over when reading is given up", async () => {
    const agent = start(["bash", "-c", "read -t 2 -p '? ' x; sleep 600"]);
    await peer.until(() => peer.attempts.size > 0 && peer.attempt().waiting.length === 2);
    expect(peer.attempt().waiting).toEqual([true, false]);
    agent.kill("SIGTERM");
    await agent.finished;
  });
});

/** Each prints `end` when it has been what it is for longer than anything is looked for. */
describe("does not wait for input", () => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  test.each([
    ["a script that sleeps behind a question", ["sh", "-c", "printf 'name? '; sleep 3"]],
    [
      "a busy one",
      ["bash", "-c", "printf 'x: '; end=$((SECONDS+3)); while [ $SECONDS -lt $end ]; do :; done"],
    ],
    ["one that waits for its child", ["sh", "-c", "printf '> '; sh -c 'sleep 3; true'; true"]],
    ["lines that end like questions", ["sh", "-c", "echo 'Files changed:'; echo 'Sure?'; sleep 3"]],
    ["a reader of something else", ["sh", "-c", "mkfifo f; (sleep 3 > f) & printf '? '; cat f"]],
    [
      "one that waits for the network",
      [
        "python3",
        "-c",
        `import socket\nprint("? ", end="", flush=True)\ns = socket.create_connection(("127.0.0.1", ${listener.port})); s.settimeout(3)\ntry: s.recv(1)\nexcept Exception: pass`,
      ],
    ],
    ["one whose background reader has no input", ["sh", "-c", "cat & printf '? '; sleep 3"]],
  ])("%s", async (_what, command) => {
    const agent = startAgent(place.executeArgs(peer.url, ["--", ...command], []), {
      stdin: null,
      cwd: place.directory,
    });
    expect((await agent.finished).exitCode).toBe(0);
    expect(peer.attempt().waiting).toEqual([]);
  });

  test("one that is not to be looked at", async () => {
    const agent = start(["bash", "-c", "read -t 2 -p '? ' x; true"], ["--auto-detect-input=false"]);
    await agent.finished;
    expect(peer.attempt().waiting).toEqual([]);
  });
});
