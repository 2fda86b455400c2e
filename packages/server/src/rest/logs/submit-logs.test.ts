import { describe, expect, test } from "bun:test";
import type { LogRecord } from "../../log-record.ts";
import { startTestServer } from "../../testing/test-server.ts";

const { url } = await startTestServer();

async function submit(task: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/api/v1/tasks/${task}/logs`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function stored(task: string): Promise<readonly LogRecord[]> {
  const answer = await fetch(`${url}/api/v1/tasks/${task}/logs`);
  return ((await answer.json()) as { content: readonly LogRecord[] }).content;
}

describe("submitted lines", () => {
  test("alone, are answered in every documented spelling", async () => {
    const { status, body } = await submit("one", {
      taskId: "one",
      source: "stdout",
      level: "WARNING",
      message: "ジョブ\nof two",
      timestamp: "2024-01-01T09:00:00.123456+09:00",
      lineNumber: 12,
      metadata: { source: "keruta-agent", version: "1.0.0" },
    });
    const timestamp = "2024-01-01T00:00:00.123Z";
    expect([status, body]).toEqual([
      201,
      { success: true, id: "1-1", logId: "1-1", taskId: "one", attempt: 1, timestamp, sequence: 1 },
    ]);
    expect(await stored("one")).toEqual([
      {
        id: "1-1",
        taskId: "one",
        timestamp,
        source: "stdout",
        level: "WARN",
        message: "ジョブ\nof two",
        lineNumber: 1,
        sequence: 1,
        metadata: {
          source: "keruta-agent",
          version: "1.0.0",
          originalLevel: "WARNING",
          originalLineNumber: 12,
          attempt: 1,
        },
      },
    ]);
  });

  test("come as an array, as an object with `logs`, or one a line, and keep their order", async () => {
    const lines = (from: number) => [from, from + 1].map((n) => ({ level: "INFO", message: `line ${n}` }));
    const ndjson = lines(5)
      .map((line) => JSON.stringify(line))
      .join("\n");
    const answers = [
      await submit("many", lines(1)),
      await submit("many", { logs: lines(3) }),
      await submit("many", `${ndjson}\n`, { "Content-Type": "application/x-ndjson" }),
    ];
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      [1, 3, 5].map((firstSequence) => [
        201,
        {
          success: true,
          taskId: "many",
          attempt: 1,
          accepted: 2,
          duplicates: 0,
          firstSequence,
          lastSequence: firstSequence + 1,
        },
      ]),
    );
    expect((await stored("many")).map(({ message }) => message)).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `line ${n}`),
    );
  });

  test("are all stored or none, and the one at fault is named", async () => {
    const good = { level: "INFO", message: "good" };
    const cases: readonly [unknown, string][] = [
      [[good, { level: "LOUD", message: "bad" }], "[1].level"],
      [{ logs: [good, good, { level: "INFO" }] }, "logs[2].message"],
      [[good, "text"], "[1]"],
      [{ level: "INFO" }, "message"],
    ];
    for (const [body, field] of cases) {
      const answer = await submit("none", body);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: "INVALID_LOG_FORMAT" } } });
      const { fields } = (answer.body["error"] as { details: { fields: object } }).details;
      expect(Object.keys(fields)).toEqual([field]);
    }
    for (const body of ["", "{", "[]", '{"logs":[]}', "\ud800"])
      expect(await submit("none", body)).toMatchObject({
        status: 400,
        body: { error: { code: "INVALID_LOG_FORMAT" } },
      });
    const bytes = await fetch(`${url}/api/v1/tasks/none/logs`, {
      method: "POST",
      body: new Uint8Array([0xff]),
    });
    expect(await bytes.json()).toMatchObject({ error: { code: "INVALID_LOG_FORMAT" } });
    expect((await fetch(`${url}/api/v1/tasks/none`)).status).toBe(404);
  });

  test("that their sender has numbered are stored once, however often they come", async () => {
    const batch = (firstSeq: number, count: number) => ({
      runId: "run",
      firstSeq,
      logs: Array.from({ length: count }, (_, i) => ({ level: "INFO", message: `m${firstSeq + i}` })),
    });
    expect((await submit("numbered", batch(1, 10))).body).toMatchObject({
      accepted: 10,
      duplicates: 0,
      lastSeq: 10,
    });
    expect((await submit("numbered", batch(6, 10))).body).toMatchObject({
      accepted: 5,
      duplicates: 5,
      firstSequence: 11,
      lastSequence: 15,
      lastSeq: 15,
    });
    expect((await submit("numbered", batch(1, 3))).body).toMatchObject({
      accepted: 0,
      duplicates: 3,
      lastSeq: 15,
    });
    expect((await submit("numbered", batch(30, 1))).body).toMatchObject({ error: { code: "SEQUENCE_GAP" } });
    const { firstSeq: _, ...unnumbered } = batch(1, 1);
    expect(await submit("numbered", unnumbered)).toMatchObject({
      status: 400,
      body: { error: { code: "INVALID_LOG_FORMAT", details: { fields: { firstSeq: expect.any(String) } } } },
    });
    expect((await stored("numbered")).map(({ message }) => message)).toEqual(
      Array.from({ length: 15 }, (_, i) => `m${i + 1}`),
    );
  });

  test("past what one submission may hold are refused before they are read", async () => {
    for (const body of [
      "x".repeat(9 * 1024 * 1024),
      JSON.stringify(Array(10_001).fill({ level: "INFO", message: "" })),
    ])
      expect(await submit("large", body)).toMatchObject({
        status: 413,
        body: { error: { code: "PAYLOAD_TOO_LARGE" } },
      });
  });

  test("from many at once are all there, each once", async () => {
    const messages = Array.from({ length: 200 }, (_, i) => `message ${i}`);
    await Promise.all(messages.map((message) => submit("crowd", { level: "INFO", message })));
    const answer = await fetch(`${url}/api/v1/tasks/crowd/logs?size=1000`);
    const { content } = (await answer.json()) as { content: readonly LogRecord[] };
    expect(content.map(({ message }) => message).sort()).toEqual(messages.sort());
    expect(content.map(({ sequence }) => sequence)).toEqual(messages.map((_, i) => i + 1));
  });
});
