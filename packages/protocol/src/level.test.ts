import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { isContinuation } from "./continuation.ts";
import { detectLevel } from "./level.ts";

const utf8 = new TextEncoder();
const names: Record<number, string> = { [-1]: "none", 0: "DEBUG", 1: "INFO", 2: "WARN", 3: "ERROR" };

function levelOfText(text: string): string {
  // Padding on both sides: a scan that looked outside its line would find it.
  const bytes = utf8.encode(`FATAL: ${text}ERROR:`);
  return names[detectLevel(bytes, 7, bytes.length - 6)]!;
}

const stated: Record<string, readonly string[]> = {
  DEBUG: [
    "DEBUG: x",
    "[DEBUG] x",
    "TRACE x",
    "[trace] x",
    "<7>kernel",
    '{"level":"debug","msg":"x"}',
    '{"level":20,"time":1}',
    '{"time":1,"nested":{"level":"error"},"level":"trace"}',
    "2026-11-24 03:09:28,075 DEBUG app.db: query 0 took 0.0ms",
    "12:00:00.123 [main] DEBUG com.example.Foo - x",
    "level=debug msg=x",
    "FINE: x",
    "12:S 01 Jan 2026 00:00:00.000 - accepted",
    "dbug: Microsoft.Hosting[0]",
  ],
  INFO: [
    "INFO: starting",
    " INFO [main] x",
    "[INFO ] x",
    "<6>kernel",
    "<134>Nov 24 host x",
    "<info>  [1795489825.1] manager",
    "I1124 12:00:00.000000       1 main.go:1] x",
    '{"severity":"INFO"}',
    '{"ts": 1700000000, "level": "info", "msg": "error"}',
    '{"level":30}',
    "2026-11-24T03:10:24.297Z INFO started",
    "2026-11-24T03:10:24.297+09:00  INFO 1234 --- [main] c.x.Foo : x",
    "[2026-11-24T03:10:24Z INFO  mycrate::http] x",
    "[2026-11-24 03:10:24,000: INFO/MainProcess] celery",
    "2026-11-24T03:10:24.297Z\tinfo\tserver/main.go:1\tx",
    "2026-11-24 12:00:00.000 | INFO     | __main__:<module>:1 - x",
    "INFO:root:x",
    "31884:M 24 Nov 2026 03:10:24.297 * Ready to accept connections",
    'time="2026-11-24T03:10:24Z" level=info msg="error: level=error"',
    "\x1b[32mINFO\x1b[0m x",
    "2026-11-24T03:10:24Z \x1b[32mINFO\x1b[0m x",
    "12:00AM INF x",
    "notice: x",
  ],
  WARN: [
    "[WARN] disk is filling",
    "WARN disk is filling",
    "WARNING: slow",
    "warning: unused variable",
    "<4>kernel",
    "W1124 12:00:00.000000       1 main.go:1] x",
    '{"level":"Warning"}',
    '{"level":40}',
    "level=warn",
    "/build/a.c:2:27: warning: unused variable",
    "a.c:2: warning: x",
    "\x1b[01m\x1b[Ka.c:2:27:\x1b[m\x1b[K \x1b[01;35m\x1b[Kwarning: \x1b[m\x1b[Kx",
    "npm warn Unknown user config",
    "npm WARN deprecated x",
    "\x1b[1mnpm\x1b[22m \x1b[33mwarn\x1b[39m x",
    "2026-11-24T03:10:24.297Z 0 [Warning] [MY-010068] [Server] CA certificate",
    "2026/11/24 03:10:24 [warn] 123#0: x",
    "31884:M 24 Nov 2026 03:10:24.298 # Server initialized",
    "│ Warning: Unable to open CLI configuration file",
    "2024-01-01 00:00:00,000 - name - WARNING - x",
  ],
  ERROR: [
    "ERROR: x",
    "ERROR:root:job failed",
    "ERROR x",
    "ERROR",
    "[ERROR] x",
    "[error] x",
    "[main] ERROR x",
    "FATAL: x",
    "panic: runtime error: index out of range",
    "CRITICAL x",
    "SEVERE: request failed 0",
    "<3>kernel",
    "<0>kernel",
    "E1124 12:00:00.000000       1 main.go:1] x",
    "F1124 12:00:00.000000       1 main.go:1] x",
    '{"level":"fatal"}',
    '{"level":50}',
    '{"log.level":"error"}',
    "ts=1 lvl=error",
    "2024-01-01 00:00:00,000 - name - ERROR - x",
    "2026-11-24 03:10:24.297 UTC [123] ERROR:  relation does not exist",
    "2026/11/24 03:10:24 [error] 123#0: *1 open() failed",
    "[Tue Nov 24 03:10:24.297 2026] [core:error] [pid 1] x",
    "a.c:3:78: error: missing undeclared",
    "a.c:1:10: fatal error: x.h: No such file",
    "error TS2322: x",
    "a.ts(1,7): error TS2322: x",
    "a.ts:1:7 - error TS2322: x",
    "\x1b[96mbad.ts\x1b[0m:\x1b[93m1\x1b[0m:\x1b[93m7\x1b[0m - \x1b[91merror\x1b[0m\x1b[90m TS2322: \x1b[0mx",
    "error[E0308]: mismatched types",
    "npm ERR! code 1",
    "npm error code 1",
    "\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[0mx",
    "make: *** [Makefile:2: all] Error 2",
    "E   assert 27 < 27",
    "FAILED test_x.py::test_ok[27]",
    "Traceback (most recent call last):",
    'Exception in thread "main" java.lang.Error',
    "ZeroDivisionError: division by zero",
    "java.lang.RuntimeException: outer",
    "KeyboardError",
  ],
  none: [
    "",
    " ",
    "hello",
    "an error occurred",
    "error handling is on",
    "Error handling is on",
    "warnings are off",
    "errors: 0",
    "Information for you",
    "infodump",
    "0 errors, 2 warnings",
    "12 ERROR lines were found",
    "The word ERROR: in a sentence",
    "user said error: no",
    "2026-11-24T03:10:24Z the user typed ERROR in the box",
    "2026-11-24T03:10:24Z error handling changed",
    "[0/2] Building C object error.c",
    "ls: cannot access '/nope': No such file or directory",
    '{"msg":"level","text":"error"}',
    '{"message":"\\"level\\":\\"error\\""}',
    '{"level":{"error":1}}',
    'msg="level=error" level',
    "-- Configuring done",
    "+ echo ERROR",
    "<html>",
    "<999>x",
    "E1124",
    "a.c: In function ‘main’:",
    "a.c:2:5: note: declared here",
    "\tat Boom.main(Boom.java:2)",
    "エラー: 日本語",
    "\x1b[",
    "\x1b",
    "FATALISTIC",
    "Nov 24, 2026 3:09:27 AM Boom main",
  ],
};

describe("detectLevel", () => {
  for (const [level, texts] of Object.entries(stated))
    test.each(texts)(`${level}: %s`, (text) => expect(levelOfText(text)).toBe(level));

  test("never looks past the line, whatever it is cut to", () => {
    for (const text of Object.values(stated).flat()) {
      const bytes = utf8.encode(text);
      for (let end = 0; end <= bytes.length; end++)
        expect(detectLevel(bytes, 0, end)).toBe(detectLevel(bytes.slice(0, end), 0, end));
    }
  });
});

describe("isContinuation", () => {
  test.each([
    "\tat Boom.c(Boom.java:2)",
    "    at Object.<anonymous> (a.js:1:1)",
    "at f (a.js:1)",
    "Caused by: java.lang.IllegalStateException",
    "\t... 1 more",
    "... 12 more",
    '  File "/build/t.py", line 7, in <module>',
    "    2 | int unused(int x){",
    "│ The CLI configuration file",
    "\x1b[31m│\x1b[0m with the configuration",
    "\x1b[1m  indented",
    "During handling of the above exception, another exception occurred:",
  ])("%s", (text) => {
    const bytes = utf8.encode(text);
    expect(isContinuation(bytes, 0, bytes.length)).toBe(true);
  });

  test.each(["", "attach", "hello", "Caused", "...", "\x1b[31mred"])("not: %s", (text) => {
    const bytes = utf8.encode(text);
    expect(isContinuation(bytes, 0, bytes.length)).toBe(false);
  });
});

describe("recorded programs", () => {
  /** How many lines of a recording state each level: a change here is a change in what people see. */
  const recordings: Record<string, Record<string, number>> = {
    "apt-progress.pty.log": { none: 21 },
    "cmake.pty.log": { none: 26, ERROR: 2, WARN: 3 },
    "curl.pty.log": { none: 13 },
    "dd.pty.log": { none: 3 },
    "gcc-color.pty.log": { none: 30, WARN: 8, ERROR: 1 },
    "git.pty.log": { none: 7 },
    "java.err.log": { none: 94, INFO: 1, WARN: 1, ERROR: 11 },
    "pytest.pty.log": { none: 37, ERROR: 8 },
    "python-pty.pty.log": { DEBUG: 60, WARN: 18, ERROR: 22, none: 13, INFO: 10 },
    "python.err.log": { DEBUG: 50, WARN: 8, ERROR: 12, none: 13 },
    "python.out.log": { INFO: 10, WARN: 10, ERROR: 10, DEBUG: 10 },
    "redis.out.log": { WARN: 7, INFO: 3, none: 2 },
    "terraform.pty.log": { none: 22, WARN: 1, ERROR: 2 },
    "tsc.pty.log": { WARN: 1, ERROR: 4, none: 20 },
    "xtrace.err.log": { none: 12 },
    "xtrace.out.log": { none: 3 },
  };

  function census(file: string): Record<string, number> {
    const bytes = new Uint8Array(readFileSync(new URL(`fixtures/corpus/${file}`, import.meta.url)));
    const found: Record<string, number> = {};
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(0x0a, start);
      const end = newline === -1 ? bytes.length : newline;
      const level = names[detectLevel(bytes, start, end)]!;
      found[level] = (found[level] ?? 0) + 1;
      start = end + 1;
    }
    return found;
  }

  test.each(Object.keys(recordings))("%s", (file) => expect(census(file)).toEqual(recordings[file]!));
});
