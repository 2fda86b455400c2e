import { describe, expect, test } from "bun:test";
import { isTaskId, limits } from "./index.ts";

describe("limits fit each other", () => {
  test("what an agent makes of the longest line fits a chunk", () => {
    expect(limits.chunkFlushBytes + limits.maxLineBytes).toBeLessThanOrEqual(limits.maxChunkRawBytes);
    expect(limits.defaultMaxLineBytes).toBeLessThanOrEqual(limits.maxLineBytes);
  });

  test("what an agent makes fits a message, even where nothing can be compressed", () => {
    const columnsBytesALine = 8 + 4 + 1;
    const worst = limits.chunkFlushBytes + limits.maxLineBytes + limits.maxChunkLines * columnsBytesALine;
    expect(worst).toBeLessThanOrEqual(limits.maxMessageBytes);
  });

  test("one more chunk fits a segment that has not reached its target", () => {
    expect(limits.segmentTargetRawBytes + limits.maxChunkRawBytes).toBeLessThanOrEqual(
      limits.maxSegmentRawBytes,
    );
    expect(limits.maxChunkLines).toBeLessThan(limits.maxSegmentLines);
  });

  test("a window lets the largest message through", () => {
    expect(limits.ingestWindowBytes).toBeGreaterThan(limits.maxMessageBytes);
    expect(limits.maxControlMessageBytes).toBeLessThan(limits.maxMessageBytes);
    // In UTF-8 a partial's characters take up to three bytes a UTF-16 unit.
    expect(limits.maxPartialBytes * 3).toBeLessThan(limits.maxControlMessageBytes);
  });

  test("two pings have to be missed before a peer is taken for dead", () => {
    expect(limits.pingIntervalMs * 2).toBeLessThan(limits.silenceTimeoutMs);
  });
});

describe("a task id", () => {
  const good = [
    "task123",
    "a",
    "日本語",
    "a.b",
    "...",
    "A-Z_~!$&'()*+,;=:@%",
    "status2",
    "x".repeat(256),
    "🦊",
  ];
  for (const id of good) test(`may be ${id.slice(0, 20)}`, () => expect(isTaskId(id)).toBe(true));

  const bad = [
    "",
    ".",
    "..",
    "status",
    "a b",
    "a/b",
    "a\\b",
    "a?b",
    "a#b",
    "a\nb",
    "\0",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\ud800",
  ];
  for (const id of [...bad, "x".repeat(257)])
    test(`may not be ${JSON.stringify(id.slice(0, 20))}`, () => expect(isTaskId(id)).toBe(false));
});
