import { expect, test } from "bun:test";
import type { LogRecord } from "../../log-record.ts";
import { exportFormats } from "./export-formats.ts";

function recordOf(message: string): LogRecord {
  return {
    id: "1-2",
    taskId: "task",
    timestamp: "2024-01-01T00:00:00.000Z",
    source: "stderr",
    level: "WARN",
    message,
    lineNumber: 1,
    sequence: 2,
    metadata: { attempt: 1 },
  };
}

function cellOf(message: string): string {
  const row = exportFormats.csv.record(recordOf(message));
  const before = '1-2,"task",2,2024-01-01T00:00:00.000Z,stderr,WARN,1,';
  const after = ',"{""attempt"":1}"\r\n';
  expect([row.slice(0, before.length), row.slice(-after.length)]).toEqual([before, after]);
  return row.slice(before.length, -after.length);
}

test("csv quotes what it must, and lets no text become a formula", () => {
  for (const [message, cell] of [
    ["plain", '"plain"'],
    ["", '""'],
    ['say "hi", twice', '"say ""hi"", twice"'],
    ["two\r\nlines", '"two\r\nlines"'],
    ["=1+1", `"'=1+1"`],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ["+1", `"'+1"`],
    ["-1", `"'-1"`],
    ["@SUM(A1)", `"'@SUM(A1)"`],
    ["\t=1", `"'\t=1"`],
    ["\r=1", `"'\r=1"`],
    ["＝1", `"'＝1"`],
    ["a=1", '"a=1"'],
    ["'=1", `"'=1"`],
  ] as const)
    expect([message, cellOf(message)]).toEqual([message, cell]);
  expect(exportFormats.csv.record({ ...recordOf("x"), taskId: "=cmd" })).toStartWith(`1-2,"'=cmd",2,`);
});

test("txt keeps a record on its line", () => {
  expect(exportFormats.txt.record(recordOf("a\r\nb"))).toBe(
    "[2024-01-01T00:00:00.000Z] [STDERR] [WARN] a\\r\\nb\n",
  );
});
