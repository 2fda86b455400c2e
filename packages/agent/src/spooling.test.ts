import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** Prints `megabytes` that do not compress, as lines, and then makes a file. */
function flood(megabytes: number): string[] {
  return ["sh", "-c", `head -c ${megabytes * 750_000} /dev/urandom | base64; touch ${place.path("printed")}`];
}

async function stopPeer(): Promise<number> {
  const { port } = peer;
  await peer.stop();
  return port;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await Bun.sleep(10);
}

function spoolBytes(): number {
  const run = readdirSync(place.spoolDirectory)[0];
  if (run === undefined) return 0;
  const directory = join(place.spoolDirectory, run);
  return readdirSync(directory).reduce((sum, name) => sum + Bun.file(join(directory, name)).size, 0);
}

test("block: the script waits at the limit, and everything arrives once the server is there", async () => {
  const port = await stopPeer();
  const agent = startAgent(args(flood(12), ["--spool-max-bytes", "2MiB"]));
  await until(() => existsSync(place.spoolDirectory) && spoolBytes() > 2 * 1024 * 1024);
  expect(existsSync(place.path("printed"))).toBe(false);
  peer = new Peer(port);
  const { exitCode, stdout } = await agent.finished;
  expect(exitCode).toBe(0);
  expect(Buffer.concat(peer.attempt().text).equals(stdout)).toBe(true);
});

test("drop-oldest: the script goes on, and the log says exactly what is missing", async () => {
  const port = await stopPeer();
  const agent = startAgent(args(flood(12), ["--spool-max-bytes", "2MiB", "--spool-policy", "drop-oldest"]));
  await until(() => existsSync(place.path("printed")));
  peer = new Peer(port);
  const { stdout } = await agent.finished;
  const { lines, text } = peer.attempt();
  const notices = lines.filter((line) => line.source === "agent");
  expect(notices.length).toBe(1);
  const [, missingLines, missingBytes] = /^(\d+) lines \((\d+) bytes\)/.exec(notices[0]!.text)!;
  const written = Buffer.from(stdout).toString().trimEnd().split("\n");
  expect(lines.length - 1 + Number(missingLines)).toBe(written.length);
  expect(lines.map((line) => line.sequence)).toEqual(lines.map((_, i) => i + 1));
  const kept = Buffer.concat(text).length - Buffer.byteLength(`${notices[0]!.text}\n`);
  expect(kept + Number(missingBytes)).toBe(stdout.length);
  expect(lines.slice(1).map((line) => line.text)).toEqual(written.slice(Number(missingLines)));
});

test("a spool directory that cannot be made: the log is sent all the same, and says so", async () => {
  writeFileSync(place.spoolDirectory, "in the way");
  const { exitCode, stderr } = await runAgent(args(["sh", "-c", "echo a; echo b; exit 9"]));
  expect(exitCode).toBe(9);
  expect(stderr).toContain("the spool cannot be written");
  const { lines, end } = peer.attempt();
  expect(lines.filter((line) => line.source === "stdout").map((line) => line.text)).toEqual(["a", "b"]);
  expect(lines.some((line) => line.source === "agent" && line.text.includes("kept in memory only"))).toBe(
    true,
  );
  expect(end).toMatchObject({ exitCode: 9 });
  expect(readFileSync(place.spoolDirectory, "utf8")).toBe("in the way");
});

test("a full disk: the log goes on from memory", async () => {
  // A limit on the size of files stands in for a full disk: writing past it fails in the middle of a record.
  const main = join(import.meta.dir, "main.ts");
  const child = Bun.spawn(
    ["sh", "-c", `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`, process.execPath, main, ...args(flood(2))],
    { stdout: "pipe", stderr: "pipe" },
  );
  const [stdout, stderr, exitCode] = await Promise.all([
    child.stdout.bytes(),
    child.stderr.text(),
    child.exited,
  ]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain("the spool cannot be written");
  const { lines } = peer.attempt();
  const own = lines.filter((line) => line.source === "stdout").map((line) => `${line.text}\n`);
  expect(Buffer.from(own.join("")).equals(stdout)).toBe(true);
});

test("a work directory that the script clears: nothing is lost", async () => {
  const script = `cd ${place.directory}; echo before; rm -rf spool; i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; exit 2`;
  const { exitCode } = await runAgent(args(["sh", "-c", script]));
  expect(exitCode).toBe(2);
  expect(peer.attempt().lines.length).toBe(501);
});
