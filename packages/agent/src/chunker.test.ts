import { describe, expect, test } from "bun:test";
import { decodeColumns, type Line, linesOf } from "@keruta/protocol";
import fc from "fast-check";
import { Chunker } from "./chunker.ts";
import type { UnnumberedChunk } from "./open-chunk.ts";

const utf8 = new TextEncoder();

interface Rig {
  readonly chunker: Chunker;
  readonly chunks: UnnumberedChunk[];
  readonly clock: { us: number };
}

function rig(flushIntervalMs: number, us = 1_000_000_000): Rig {
  const chunks: UnnumberedChunk[] = [];
  const clock = { us };
  const chunker = new Chunker({
    maxLineBytes: 64,
    flushIntervalMs,
    nowUs: () => clock.us,
    emit: (chunk) => chunks.push(chunk),
  });
  return { chunker, chunks, clock };
}

function linesIn(chunks: readonly UnnumberedChunk[]): Line[] {
  return chunks.flatMap(({ header, columns }) => [
    ...linesOf(decodeColumns({ ...header, firstSequence: 1 }, columns)),
  ]);
}

describe("when a chunk is closed", () => {
  test("at once on an idle stream", () => {
    const { chunker, chunks } = rig(20);
    chunker.push(chunker.stdout, utf8.encode("a\n"));
    expect(chunks.length).toBe(1);
  });

  test("without waiting for a few in a row, then one an interval", async () => {
    const fifth = Promise.withResolvers<void>();
    const chunks: UnnumberedChunk[] = [];
    const nowUs = () => Math.round(performance.now() * 1_000) + 1_000_000_000;
    const emit = (chunk: UnnumberedChunk) => {
      if (chunks.push(chunk) === 5) fifth.resolve();
    };
    const chunker = new Chunker({ maxLineBytes: 64, flushIntervalMs: 2_000, nowUs, emit });
    const push = (text: string) => chunker.push(chunker.stdout, utf8.encode(text));
    for (const line of ["a\n", "b\n", "c\n", "d\n", "e\n", "f\n"]) push(line);
    expect(chunks.length).toBe(4);
    await fifth.promise;
    expect(linesIn(chunks).map((line) => line.text)).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("at once each time when lines come an interval apart, a little early or late", () => {
    const { chunker, chunks, clock } = rig(20);
    for (let line = 1; line <= 1_000; line++) {
      clock.us = 1_000_000_000 + line * 20_000 + (line % 7) * 2_000;
      chunker.push(chunker.stdout, utf8.encode("x\n"));
      expect(chunks.length).toBe(line);
    }
  });

  test("at once after a rush of full chunks has passed", () => {
    const { chunker, chunks, clock } = rig(20);
    chunker.push(chunker.stdout, utf8.encode("0123456789\n".repeat(300_000)));
    chunker.flush();
    const before = chunks.length;
    expect(before).toBeGreaterThan(8);
    clock.us += 100_000;
    chunker.push(chunker.stdout, utf8.encode("x\n"));
    expect(chunks.length).toBe(before + 1);
  });

  test("within an interval though the clock was set back", async () => {
    const { chunker, chunks, clock } = rig(20);
    for (let line = 0; line < 4; line++) chunker.push(chunker.stdout, utf8.encode("x\n"));
    clock.us -= 500_000_000;
    chunker.push(chunker.stdout, utf8.encode("x\n"));
    while (chunks.length < 5) await Bun.sleep(1);
  });

  test("never without a line", () => {
    const { chunker, chunks } = rig(0);
    chunker.push(chunker.stdout, utf8.encode("no newline"));
    chunker.flush();
    expect(chunks).toEqual([]);
  });
});

describe("what is in a chunk", () => {
  test("the sources as they arrived, the agent's own lines between", () => {
    const { chunker, chunks } = rig(20);
    chunker.push(chunker.stdout, utf8.encode("half "));
    chunker.push(chunker.stderr, utf8.encode("WARN: e\n"));
    chunker.push(chunker.stdout, utf8.encode("whole\n"));
    chunker.say("ERROR", "mine");
    chunker.flush();
    expect(linesIn(chunks).map(({ source, level, text }) => `${source} ${level} ${text}`)).toEqual([
      "stderr WARN WARN: e",
      "stdout INFO half whole",
      "agent ERROR mine",
    ]);
  });

  test("times that never go back, though the clock does", () => {
    const { chunker, chunks, clock } = rig(1_000);
    for (const us of [2_000_000_000, 1_500_000_000, 2_500_000_000]) {
      clock.us = us;
      chunker.push(chunker.stdout, utf8.encode("x\n"));
    }
    chunker.flush();
    const times = linesIn(chunks).map((line) => line.timeUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.length).toBe(3);
  });

  test("everything that was pushed, for any blocks on both sources", () => {
    const block = fc.tuple(
      fc.constantFrom("stdout" as const, "stderr" as const),
      fc.string({ unit: fc.constantFrom("a", "é", "あ", "\n", "\r", " "), maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 30 }), (blocks) => {
        const { chunker, chunks, clock } = rig(20);
        const written = { stdout: "", stderr: "" };
        for (const [source, text] of blocks) {
          clock.us += 7_000;
          chunker.push(chunker[source], utf8.encode(text));
          written[source] += text;
        }
        chunker.endSource(chunker.stdout);
        chunker.endSource(chunker.stderr);
        chunker.flush();
        const lines = linesIn(chunks);
        for (const source of ["stdout", "stderr"] as const) {
          const own = lines.filter((line) => line.source === source);
          const text = own.map((line) => line.text + (line.continued ? "" : "\n")).join("");
          expect(text).toBe(written[source].replaceAll("\r\n", "\n"));
        }
      }),
      { numRuns: 300 },
    );
  });
});
