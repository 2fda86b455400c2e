import { describe, expect, test } from "bun:test";
import { KerutaError, limits } from "@keruta/protocol";
import type { FieldsError } from "./fields-error.ts";
import { checkSubmissionSize, submittedLineOf } from "./submitted-line.ts";

function faultOf(read: () => unknown): FieldsError | KerutaError {
  try {
    read();
  } catch (error) {
    if (error instanceof KerutaError) return error;
  }
  throw new Error("nothing was thrown");
}

describe("a submitted line", () => {
  const line = { source: "agent", level: "INFO", text: "hello" } as const;

  test("is read in every documented nesting", () => {
    const bare = { level: "INFO", message: "hello" };
    for (const shape of [
      bare,
      { type: "log", taskId: "t", ...bare },
      { type: "log", taskId: "t", log: bare },
      { type: "task_log", taskId: "t", data: bare },
      { ...bare, source: null, timestamp: null, metadata: null, lineNumber: null },
    ])
      expect(submittedLineOf(shape, { taskId: "t" })).toEqual(line);
  });

  test("keeps what it said of itself where ours are other words", () => {
    expect(
      submittedLineOf({
        level: "WARNING",
        source: "git-handler",
        message: "a\nb",
        lineNumber: 7,
        timestamp: "2024-01-01T00:00:00+09:00",
        metadata: { processId: 12, level: "x" },
      }),
    ).toEqual({
      timeUs: (Date.UTC(2024, 0, 1) - 9 * 3_600_000) * 1_000,
      source: "agent",
      level: "WARN",
      text: "a\nb",
      fields: {
        processId: 12,
        level: "x",
        originalLevel: "WARNING",
        originalSource: "git-handler",
        originalLineNumber: 7,
      },
    });
    expect(submittedLineOf({ level: "debug", source: "STDERR", message: "" })).toEqual({
      source: "stderr",
      level: "DEBUG",
      text: "",
    });
    for (const [word, level] of [
      ["TRACE", "DEBUG"],
      ["fatal", "ERROR"],
      ["Panic", "ERROR"],
    ] as const)
      expect(submittedLineOf({ level: word, message: "m" })).toMatchObject({
        level,
        fields: { originalLevel: word },
      });
  });

  test("that cannot be read names the fields", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`) as Record<string, unknown>;
    const cases: readonly [unknown, Record<string, unknown>][] = [
      [{ level: "INFO" }, { message: "is missing" }],
      [{ message: "m" }, { level: "is missing" }],
      [{ level: "LOUD", message: "m" }, { level: "must be one of DEBUG, INFO, WARN, ERROR" }],
      [{ level: "constructor", message: "m" }, { level: "must be one of DEBUG, INFO, WARN, ERROR" }],
      [{ level: "INFO", message: 5 }, { message: expect.any(String) }],
      [{ level: "INFO", message: "m", timestamp: "soon" }, { timestamp: expect.any(String) }],
      [{ level: "INFO", message: "m", metadata: [] }, { metadata: expect.any(String) }],
      [{ level: "INFO", message: "m", metadata: deep }, { metadata: expect.any(String) }],
      [
        { level: "INFO", message: "m", metadata: { a: "x".repeat(70_000) } },
        { metadata: expect.any(String) },
      ],
      [{ level: "INFO", message: "m", taskId: "other" }, { taskId: expect.any(String) }],
      ["INFO m", { body: expect.any(String) }],
    ];
    for (const [value, fields] of cases) {
      const fault = faultOf(() => submittedLineOf(value, { taskId: "t" })) as FieldsError;
      expect([fault.code, fault.fields]).toEqual(["INVALID_LOG_FORMAT", fields as Record<string, string>]);
    }
    const second = faultOf(() => submittedLineOf({ level: "INFO" }, { at: "logs[1]" })) as FieldsError;
    expect(second.message).toBe("cannot read the log line: logs[1].message: is missing");
  });

  test("that is too long is refused, and so are too many", () => {
    const long = faultOf(() =>
      submittedLineOf({ level: "INFO", message: "x".repeat(limits.maxLineBytes + 1) }),
    );
    expect(long.code).toBe("PAYLOAD_TOO_LARGE");
    const big = { ...line, text: "x".repeat(limits.maxLineBytes) };
    expect(() => checkSubmissionSize([big, big, big, big])).not.toThrow();
    expect(faultOf(() => checkSubmissionSize([big, big, big, big, line])).code).toBe("PAYLOAD_TOO_LARGE");
    const many = Array.from({ length: limits.maxSubmittedLines + 1 }, () => line);
    expect(faultOf(() => checkSubmissionSize(many)).code).toBe("PAYLOAD_TOO_LARGE");
    expect(() => checkSubmissionSize(many.slice(1))).not.toThrow();
  });
});
