import { beforeAll, describe, expect, test } from "bun:test";
import { type Manifest, readManifest } from "@keruta/protocol";
import type { LogRecord } from "../../log-record.ts";
import { makeFrame } from "../../testing/make-frame.ts";
import { TestClient } from "../../testing/test-client.ts";
import { startTestServer } from "../../testing/test-server.ts";

const { url } = await startTestServer();
const logs = `${url}/api/v1/tasks/job/logs`;

const startUs = Date.UTC(2024, 0, 1) * 1_000;
const levels = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
const sources = ["stdout", "stderr", "agent"] as const;

/** Line n of an attempt: seven lines share a millisecond, and whatever is asked for, it is spread over all chunks. */
const line = {
  timeUs: (n: number) => startUs + n * 143,
  level: (n: number) => (n * 7) % 4,
  source: (n: number) => (n % 5 === 0 ? 2 : n % 2),
};

/** Attempt 1 is sealed in segments and loose chunks behind them, attempt 2 is running in chunks of a few lines. */
const lengths = [3_000, 57] as const;

/** What every answer is held against. */
const expected: readonly LogRecord[] = lengths.flatMap((length, index) => {
  const counted = [0, 0, 0];
  return Array.from({ length }, (_, i) => {
    const n = i + 1;
    const source = line.source(n);
    return {
      id: `${index + 1}-${n}`,
      taskId: "job",
      timestamp: new Date(Math.floor(line.timeUs(n) / 1_000)).toISOString(),
      source: sources[source]!,
      level: levels[line.level(n)]!,
      message: `line ${n}`,
      lineNumber: ++counted[source]!,
      sequence: n,
      metadata: { attempt: index + 1 },
    };
  });
});

interface Page {
  readonly content: readonly LogRecord[];
  readonly totalElements: number;
  readonly totalPages: number;
}

async function get<T>(path: string): Promise<T> {
  const answer = await fetch(`${logs}${path}`);
  expect([path, answer.status]).toEqual([path, 200]);
  return (await answer.json()) as T;
}

async function manifestOf(task: string, attempt: number): Promise<Manifest> {
  const answer = await fetch(`${url}/api/v1/tasks/${task}/attempts/${attempt}/manifest`);
  return readManifest(await answer.json());
}

async function send(task: string, run: string, frames: readonly Uint8Array[], end?: number): Promise<void> {
  const { agent } = await TestClient.agent(url, task, run);
  for (const frame of frames) agent.sendChunk(frame);
  if (end === undefined) return;
  agent.send({ type: "end", lastSequence: end, state: "COMPLETED", endedAtUs: startUs + 1e9 });
  await agent.waitFor("ended");
  agent.close();
}

/** Chunks of `size` lines up to `length`, padded so that a few of them make a segment. */
function framesOf(length: number, size: number): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let first = 1; first <= length; first += size)
    frames.push(makeFrame(first, Math.min(size, length - first + 1), line));
  return frames;
}

beforeAll(async () => {
  await send("job", "first", framesOf(lengths[0], 37), lengths[0]);
  await send("job", "second", framesOf(lengths[1], 5));
  while (
    (await manifestOf("job", 1)).sealedThrough < lengths[0] ||
    (await manifestOf("job", 2)).summary.head < lengths[1]
  )
    await Bun.sleep(5);
});

describe("a page of lines", () => {
  const filters = [
    { query: "", matches: () => true },
    { query: "&level=ERROR", matches: (record: LogRecord) => record.level === "ERROR" },
    { query: "&source=stderr", matches: (record: LogRecord) => record.source === "stderr" },
    {
      query: "&source=agent&level=warning",
      matches: (record: LogRecord) => record.source === "agent" && record.level === "WARN",
    },
    { query: "&attempt=2", matches: (record: LogRecord) => record.metadata["attempt"] === 2 },
    {
      query: "&attempt=latest&level=INFO",
      matches: (record: LogRecord) => record.metadata["attempt"] === 2 && record.level === "INFO",
    },
    {
      query: "&from=2024-01-01T00:00:00.100Z&to=2024-01-01T00:00:00.200Z",
      matches: ({ timestamp }: LogRecord) =>
        timestamp >= "2024-01-01T00:00:00.100Z" && timestamp <= "2024-01-01T00:00:00.200Z",
    },
    {
      query: "&startTime=2024-01-01T09:00:00.002%2B09:00&level=DEBUG",
      matches: ({ timestamp, level }: LogRecord) =>
        timestamp >= "2024-01-01T00:00:00.002Z" && level === "DEBUG",
    },
    { query: "&to=2023-12-31T00:00:00Z", matches: () => false },
  ];

  test("holds exactly the lines that match, and the total, wherever it is", async () => {
    for (const { query, matches } of filters)
      for (const order of ["asc", "desc"])
        for (const size of [1, 10, 1_000, 10_000]) {
          const matching = expected.filter(matches);
          if (order === "desc") matching.reverse();
          const pages = Math.ceil(matching.length / size);
          for (const page of new Set([0, 1, Math.floor(pages / 2), Math.max(0, pages - 1), pages])) {
            const path = `?order=${order}&size=${size}&page=${page}${query}`;
            const answer = await get<Page>(path);
            expect([path, answer.content]).toEqual([path, matching.slice(page * size, (page + 1) * size)]);
            expect([path, answer.totalElements, answer.totalPages]).toEqual([path, matching.length, pages]);
          }
        }
  }, 60_000);

  test("is of 100 lines from the first on where nothing is asked for", async () => {
    expect(await get<Page>("")).toEqual({
      content: expected.slice(0, 100),
      totalElements: expected.length,
      totalPages: 31,
      size: 100,
      number: 0,
    } as Page);
  });

  test("is counted alike, and exported alike", async () => {
    for (const { query, matches } of filters) {
      const matching = expected.filter(matches);
      expect(await get<{ count: number }>(`/count?${query}`)).toEqual({ count: matching.length });
      expect(await get<readonly LogRecord[]>(`/export?format=json${query}`)).toEqual(matching);
    }
  });

  test("grows with the log", async () => {
    const { agent } = await TestClient.agent(url, "growing", "run");
    for (let first = 1; first <= 900; first += 3) {
      agent.sendChunk(makeFrame(first, 3, line));
      await agent.waitFor("ack", ({ sequence }) => sequence >= first + 2);
      const answer = await fetch(`${url}/api/v1/tasks/growing/logs?order=desc&size=4`);
      const { content, totalElements } = (await answer.json()) as Page;
      expect(totalElements).toBe(first + 2);
      expect(content.map(({ sequence }) => sequence)).toEqual(
        [first + 2, first + 1, first, first - 1].filter((n) => n > 0),
      );
    }
    agent.close();
  }, 60_000);

  test("refuses what it cannot understand, and says which parameter", async () => {
    const cases = [
      ["level=LOUD", "level"],
      ["source=printer", "source"],
      ["page=-1", "page"],
      ["page=x", "page"],
      ["size=0", "size"],
      ["size=10001", "size"],
      ["from=yesterday", "from"],
      ["to=", "to"],
      ["order=up", "order"],
      ["attempt=0", "attempt"],
    ] as const;
    for (const [query, name] of cases) {
      const answer = await fetch(`${logs}?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expect(await answer.json()).toMatchObject({
        error: { code: "INVALID_INPUT", details: { fields: { [name]: expect.any(String) } } },
      });
    }
    expect((await fetch(`${url}/api/v1/tasks/none/logs`)).status).toBe(404);
    const attempt = await fetch(`${logs}?attempt=3`);
    expect(await attempt.json()).toMatchObject({ error: { code: "ATTEMPT_NOT_FOUND" } });
  });
});

test("statistics name every level and source, and the time of the first and the last line", async () => {
  const count = (matches: (record: LogRecord) => boolean) => expected.filter(matches).length;
  const byName = (names: readonly string[], key: "source" | "level") =>
    Object.fromEntries(names.map((name) => [name, count((record) => record[key] === name)]));
  const end = expected[lengths[0] - 1]!.timestamp;
  expect(await get<object>("/stats")).toEqual({
    taskId: "job",
    totalLogs: expected.length,
    logCounts: byName(sources, "source"),
    levelCounts: byName(levels, "level"),
    timeRange: { start: expected[0]!.timestamp, end },
    lastUpdated: end,
  });
  await fetch(`${url}/api/v1/tasks`, { method: "POST", body: '{"id":"empty"}' });
  expect(await (await fetch(`${url}/api/v1/tasks/empty/logs/stats`)).json()).toEqual({
    taskId: "empty",
    totalLogs: 0,
    logCounts: { stdout: 0, stderr: 0, agent: 0 },
    levelCounts: { DEBUG: 0, INFO: 0, WARN: 0, ERROR: 0 },
    timeRange: { start: null, end: null },
    lastUpdated: null,
  });
});

describe("deleting", () => {
  async function remove(task: string, query: string) {
    const answer = await fetch(`${url}/api/v1/tasks/${task}/logs${query}`, { method: "DELETE" });
    return { status: answer.status, body: (await answer.json()) as { deletedCount: number } };
  }

  async function left(task: string): Promise<number[]> {
    const answer = await fetch(`${url}/api/v1/tasks/${task}/logs?size=10000`);
    return ((await answer.json()) as Page).content.map(({ sequence }) => sequence);
  }

  /** The whole of the millisecond of line 1001 goes. */
  const before = new Date(Math.floor(line.timeUs(1_001) / 1_000)).toISOString();
  const deleted = expected.slice(0, lengths[0]).filter(({ timestamp }) => timestamp <= before).length;
  const rest = Array.from({ length: lengths[0] - deleted }, (_, i) => deleted + 1 + i);

  test("up to a moment in the middle of a segment is exact", async () => {
    await send("sealed", "run", framesOf(lengths[0], 37), lengths[0]);
    while ((await manifestOf("sealed", 1)).sealedThrough < lengths[0]) await Bun.sleep(5);
    expect((await manifestOf("sealed", 1)).segments[0]!.lineCount).toBeGreaterThan(deleted);
    await left("sealed");
    expect(await remove("sealed", `?before=${before}`)).toMatchObject({
      status: 200,
      body: { deletedCount: deleted },
    });
    expect(await left("sealed")).toEqual(rest);
    expect(await remove("sealed", `?before=${before}`)).toMatchObject({ body: { deletedCount: 0 } });
    const stats = (await (await fetch(`${url}/api/v1/tasks/sealed/logs/stats`)).json()) as {
      totalLogs: number;
    };
    expect(stats.totalLogs).toBe(rest.length);
    expect(await remove("sealed", "")).toMatchObject({ body: { deletedCount: rest.length } });
    expect(await left("sealed")).toEqual([]);
  });

  test("up to a moment in the middle of a chunk is exact, and the log goes on", async () => {
    const { agent } = await TestClient.agent(url, "loose", "run");
    agent.sendChunk(makeFrame(1, 40, line));
    agent.sendChunk(makeFrame(41, 40, line));
    await agent.waitFor("ack", ({ sequence }) => sequence === 80);
    const moment = new Date(Math.floor(line.timeUs(60) / 1_000)).toISOString();
    const gone = expected.slice(0, 80).filter(({ timestamp }) => timestamp <= moment).length;
    expect(gone).toBeGreaterThan(50);
    expect(gone).toBeLessThan(70);
    expect(await remove("loose", `?before=${moment}`)).toMatchObject({ body: { deletedCount: gone } });
    agent.sendChunk(makeFrame(81, 10, line));
    await agent.waitFor("ack", ({ sequence }) => sequence === 90);
    expect(await left("loose")).toEqual(Array.from({ length: 90 - gone }, (_, i) => gone + 1 + i));
    agent.close();
  });

  test("deletes nothing where the moment cannot be understood", async () => {
    for (const query of ["?before=soon", "?before="])
      expect(await remove("job", query)).toMatchObject({
        status: 400,
        body: { error: { code: "INVALID_INPUT" } },
      });
    expect(await get<{ count: number }>("/count")).toEqual({ count: expected.length });
  });
});

test("a task that was deleted and is there again shows nothing of what it was", async () => {
  const text = async () => (await fetch(`${url}/api/v1/tasks/again/logs/export?format=txt`)).text();
  for (const [run, message] of [
    ["one", "old"],
    ["two", "new"],
  ]) {
    await send("again", run!, [makeFrame(1, 3, { ...line, text: () => message! })], 3);
    while ((await manifestOf("again", 1)).sealedThrough < 3) await Bun.sleep(5);
    expect(
      (await text())
        .split("\n")
        .slice(0, 3)
        .every((row) => row.endsWith(message!)),
    ).toBe(true);
    if (run === "one") await fetch(`${url}/api/v1/tasks/again`, { method: "DELETE" });
  }
});
