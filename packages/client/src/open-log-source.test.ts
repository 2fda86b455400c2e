import { expect, test } from "bun:test";
import { decompress, Peer, type PeerLine, type ServedPeer, servePeer } from "../fixtures/peer.ts";
import { Api } from "./api.ts";
import type { LineRange, LogSource, LogStatus } from "./log-source.ts";
import { type LogSourceOptions, openLogSource } from "./open-log-source.ts";

const text = new TextDecoder();

function numbered(from: number, to: number): PeerLine[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    text: `line ${from + i}`,
    timeUs: (from + i) * 10,
  }));
}

function textsOf(ranges: readonly LineRange[]): string[] {
  return ranges.flatMap(({ block, start, end }) =>
    Array.from({ length: end - start }, (_, i) => text.decode(block.textBytes(start + i))),
  );
}

/** Waits for the status to be so, by being told of it. */
function until(source: LogSource, holds: (status: LogStatus) => boolean): Promise<void> {
  if (holds(source.status())) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = source.onChange((status) => {
      if (!holds(status)) return;
      stop();
      resolve();
    });
  });
}

async function opened(
  peer: Peer,
  more: Partial<LogSourceOptions> = {},
): Promise<{ source: LogSource; server: ServedPeer; [Symbol.asyncDispose](): Promise<void> }> {
  const server = servePeer(peer);
  const api = new Api({ apiUrl: server.apiUrl });
  const source = await openLogSource({
    apiUrl: server.apiUrl,
    api,
    taskId: "t1",
    attempt: 1,
    decompress,
    ...more,
  });
  return {
    source,
    server,
    async [Symbol.asyncDispose]() {
      source.close();
      await server.stop();
    },
  };
}

function peerOf(lines: PeerLine[], sealedThrough: number): Peer {
  const peer = new Peer();
  peer.begin();
  peer.append(lines);
  peer.seal(sealedThrough);
  return peer;
}

test("any range of lines can be read, across history and the live edge", async () => {
  const peer = peerOf(numbered(1, 1_000), 700);
  await using opening = await opened(peer);
  const { source } = opening;
  await until(source, ({ head }) => head === 1_000);
  for (const [from, count] of [
    [1, 1],
    [1, 1_000],
    [95, 10],
    [690, 25],
    [700, 1],
    [701, 1],
    [999, 50],
    [1_001, 5],
  ] as const)
    expect(textsOf(await source.lines(from, count))).toEqual(
      numbered(from, Math.min(1_000, from + count - 1)).map((line) => line.text),
    );
});

test("a segment is fetched once, however many ask, and again only when its room was needed", async () => {
  const peer = peerOf(numbered(1, 1_000), 1_000);
  await using opening = await opened(peer, { maxCacheBytes: 8_000 });
  const { source, server } = opening;
  const fetched = () => server.requests.filter((path) => path.includes("/segments/")).length;
  await Promise.all([source.lines(1, 50), source.lines(20, 50), source.lines(99, 1)]);
  await source.lines(1, 100);
  expect(fetched()).toBe(1);
  await source.lines(101, 900);
  expect(fetched()).toBe(10);
  await source.lines(1, 1);
  expect(fetched()).toBe(11);
});

test("a reader that leaves does not take the segment away from another", async () => {
  const peer = peerOf(numbered(1, 100), 100);
  await using opening = await opened(peer);
  const { source } = opening;
  const leaving = new AbortController();
  const left = source.lines(1, 10, leaving.signal);
  const stayed = source.lines(1, 10);
  leaving.abort(new Error("scrolled on"));
  await expect(left).rejects.toThrow("scrolled on");
  expect(textsOf(await stayed).length).toBe(10);
});

test("times and matching lines are found without fetching what cannot hold them", async () => {
  const lines = numbered(1, 1_000).map((line, i) => ({
    ...line,
    ...([249, 899].includes(i) ? { level: 3, source: 1 } : {}),
  }));
  const peer = peerOf(lines, 800);
  await using opening = await opened(peer);
  const { source, server } = opening;
  await until(source, ({ head }) => head === 1_000);
  expect(await source.findTime(0)).toBe(1);
  expect(await source.findTime(3_505)).toBe(351);
  expect(await source.findTime(9_500)).toBe(950);
  expect(await source.findTime(99_999)).toBe(1_001);
  server.requests.length = 0;
  const errors = { levels: ["ERROR"] } as const;
  expect(await source.findNext(1, 1, errors)).toBe(250);
  expect(await source.findNext(251, 1, errors)).toBe(900);
  expect(await source.findNext(1_000, -1, errors)).toBe(900);
  expect(await source.findNext(899, -1, errors)).toBe(250);
  expect(await source.findNext(249, -1, errors)).toBeUndefined();
  expect(await source.findNext(901, 1, { sources: ["stderr"] })).toBeUndefined();
  expect(server.requests.length).toBe(1);
  expect(source.counts()).toEqual([0, 998, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
});

test("a full edge holds the server up until it has sealed, and loses nothing", async () => {
  const wide = Array.from({ length: 600 }, (_, i) => ({ text: `${i} ${Bun.hash(`${i}`)} `.repeat(200) }));
  const peer = peerOf(wide, 0);
  const maxEdgeBytes = 500_000;
  await using opening = await opened(peer, { maxEdgeBytes });
  const { source, server } = opening;
  await until(source, ({ head }) => head > 50);
  while (server.requests.filter((path) => path.includes("manifest")).length < 3) await Bun.sleep(5);
  expect(source.status().head).toBeLessThan(600);
  peer.segmentLines = 20;
  const sealing = setInterval(() => peer.seal(source.status().head - (source.status().head % 20)), 10);
  await until(source, ({ head }) => head === 600);
  clearInterval(sealing);
  expect(textsOf(await source.lines(1, 600))).toEqual(wide.map((line) => line.text));
}, 20_000);

test("partials, the end and a refusal are told", async () => {
  const peer = peerOf(numbered(1, 3), 0);
  await using opening = await opened(peer);
  const { source } = opening;
  await until(source, ({ connection }) => connection.state === "live");
  peer.tell({ type: "partial", attempt: 1, source: "stdout", text: "password: " });
  await until(source, ({ partials }) => partials.stdout === "password: ");
  peer.tell({ type: "partial", attempt: 1, source: "stdout", text: "" });
  await until(source, ({ partials }) => partials.stdout === undefined);
  for (const name of ["stdout", "stderr"] as const)
    peer.tell({ type: "partial", attempt: 1, source: name, text: "50 %" });
  await until(source, ({ partials }) => partials.stderr === "50 %");
  peer.append([{ text: "50 % done" }]);
  await until(source, ({ head }) => head === 4);
  expect(source.status().partials).toEqual({ stderr: "50 %" });
  peer.end(2);
  await until(source, ({ ended }) => ended);
  expect(source.status().summary).toMatchObject({ state: "FAILED", exitCode: 2 });
});

test("what ends following for good is told, and history stays readable", async () => {
  const peer = peerOf(numbered(1, 100), 100);
  await using opening = await opened(peer);
  const { source } = opening;
  await until(source, ({ connection }) => connection.state === "live");
  peer.tell({ type: "error", code: "ATTEMPT_NOT_FOUND", message: "the attempt was deleted" });
  await until(source, ({ error }) => error !== undefined);
  expect(source.status().error?.message).toBe("the attempt was deleted");
  expect(textsOf(await source.lines(1, 100)).length).toBe(100);
});

const sequencesOf = (ranges: readonly LineRange[]) =>
  ranges.flatMap(({ block, start, end }) =>
    Array.from({ length: end - start }, (_, i) => block.header.firstSequence + start + i),
  );

test("a log whose first lines were deleted begins with the first that is left", async () => {
  const peer = peerOf(numbered(1, 1_000), 700);
  peer.delete(250);
  await using opening = await opened(peer);
  const { source } = opening;
  await until(source, ({ head }) => head === 1_000);
  expect(source.status().first).toBe(251);
  expect(sequencesOf(await source.lines(1, 260))).toEqual([251, 252, 253, 254, 255, 256, 257, 258, 259, 260]);
  expect(await source.findTime(0)).toBe(251);
  expect(await source.findNext(1, 1, {})).toBe(251);
  expect(await source.findNext(250, -1, {})).toBeUndefined();
  expect(source.counts()[1]).toBe(750);
});

test("what is deleted while it is shown is let go of, in history and at the edge", async () => {
  const peer = peerOf(numbered(1, 1_000), 700);
  await using opening = await opened(peer);
  const { source } = opening;
  await until(source, ({ head }) => head === 1_000);
  await source.lines(240, 20);
  for (const through of [250, 755]) {
    peer.delete(through);
    await until(source, ({ first }) => first === through + 1);
    while (source.counts()[1] !== 1_000 - through) await Bun.sleep(1);
    expect(sequencesOf(await source.lines(1, 1_000))[0]).toBe(through + 1);
    expect(textsOf(await source.lines(through + 1, 300))[0]).toBe(`line ${through + 1}`);
    expect(await source.findNext(1_000, -1, { levels: ["ERROR"] })).toBeUndefined();
  }
  peer.delete(1_000);
  await until(source, ({ first, head }) => first === 1_001 && head === 1_000);
  expect(await source.lines(1, 1_000)).toEqual([]);
  peer.append(numbered(1_001, 1_003));
  await until(source, ({ head }) => head === 1_003);
  expect(sequencesOf(await source.lines(1, 2_000))).toEqual([1_001, 1_002, 1_003]);
});

test("an attempt that ended goes on being followed: late lines, and one that was only lost", async () => {
  const peer = peerOf(numbered(1, 3), 0);
  await using opening = await opened(peer);
  const { source } = opening;
  peer.end(1);
  await until(source, ({ ended }) => ended);
  peer.append(numbered(4, 5));
  await until(source, ({ head, ended }) => head === 5 && ended);
  peer.goOn();
  await until(source, ({ ended, summary }) => !ended && summary.state === "PROCESSING");
  peer.end();
  await until(source, ({ ended, summary }) => ended && summary.state === "COMPLETED");
});
