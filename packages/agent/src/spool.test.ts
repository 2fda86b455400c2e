import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeLines, type Line, linesOf, openFrame } from "@keruta/protocol";
import { bounds } from "./bounds.ts";
import { Chunker } from "./chunker.ts";
import { Workplace } from "./fixtures/run-agent.ts";
import { Spool, type SpooledChunk, type SpoolOptions } from "./spool.ts";

let place: Workplace;
const opened: Spool[] = [];

beforeEach(() => {
  place = new Workplace();
});

afterEach(() => {
  for (const spool of opened.splice(0)) spool.close();
  place[Symbol.dispose]();
});

function open(options: Partial<SpoolOptions> = {}): Spool {
  const spool = new Spool({
    directory: place.spoolDirectory,
    maxBytes: 1024 ** 3,
    policy: "block",
    onDisk: () => {},
    ...options,
  });
  opened.push(spool);
  return spool;
}

let written = 0;

/** Appends a chunk of `count` lines, each with its own number in it. `padding` makes it that much larger. */
function append(spool: Spool, count = 1, padding = 0): void {
  const chunker = new Chunker({
    maxLineBytes: 250_000,
    flushIntervalMs: 1_000_000,
    nowUs: () => 1_700_000_000_000_000 + written,
    emit: ({ header, columns }) => spool.append({ header, body: Bun.zstdCompressSync(columns) }),
  });
  for (let i = 0; i < count; i++) chunker.say("INFO", `line ${++written} ${noise(padding)}`);
  chunker.flush();
}

/** Text that no compression makes smaller than `bytes`. */
function noise(bytes: number): string {
  const random = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(random.subarray(at, at + 65_536));
  return Buffer.from(random).toString("base64");
}

beforeEach(() => {
  written = 0;
});

function linesOfChunk({ frame }: SpooledChunk): Line[] {
  return [...linesOf(decodeLines(openFrame(frame), (body) => Bun.zstdDecompressSync(body)))];
}

function readAll(spool: Spool): Line[] {
  const lines: Line[] = [];
  for (let chunk = spool.next(); chunk !== undefined; chunk = spool.next())
    lines.push(...linesOfChunk(chunk));
  return lines;
}

/** The numbers in the texts; a notice is its text. */
function numbers(lines: readonly Line[]): (number | string)[] {
  return lines.map((line) => (line.text.startsWith("line ") ? Number(line.text.split(" ")[1]) : line.text));
}

function expectContiguous(lines: readonly Line[], from = 1): void {
  expect(lines.map((line) => line.sequence)).toEqual(lines.map((_, i) => from + i));
}

function files(extension = "chunks"): string[] {
  return readdirSync(place.spoolDirectory)
    .filter((name) => name.endsWith(`.${extension}`))
    .sort()
    .map((name) => join(place.spoolDirectory, name));
}

test("a chunk that waits to be sent stays whole while newer ones push it out of memory", () => {
  const spool = open();
  append(spool, 1, 100_000);
  const first = spool.next()!;
  const held = Buffer.from(first.frame);
  while (spool.bytesOnDisk < bounds.recentBytes * 2) append(spool, 1, 100_000);
  expect(held.equals(first.frame)).toBe(true);
  expect(linesOfChunk(first)[0]!.text).toStartWith("line 1 ");
  const second = spool.next()!;
  spool.acknowledge(second.lastSequence);
  expect(linesOfChunk(spool.next()!)[0]!.text).toStartWith("line 3 ");
});

describe("chunks", () => {
  test("are numbered and come out in order", () => {
    const spool = open();
    append(spool, 3);
    append(spool, 2);
    expect(spool.head).toBe(5);
    const lines = readAll(spool);
    expect(numbers(lines)).toEqual([1, 2, 3, 4, 5]);
    expectContiguous(lines);
    expect(spool.next()).toBeUndefined();
  });

  test("come out again after resumeAfter", () => {
    const spool = open();
    for (let i = 0; i < 5; i++) append(spool);
    readAll(spool);
    spool.resumeAfter(2);
    expect(numbers(readAll(spool))).toEqual([3, 4, 5]);
  });

  test("that memory has let go of are read from the files", () => {
    const spool = open();
    const count = 40;
    for (let i = 0; i < count; i++) append(spool, 1, 150_000);
    expect(count * 150_000).toBeGreaterThan(2 * bounds.recentBytes);
    const lines = readAll(spool);
    expect(numbers(lines)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    spool.resumeAfter(10);
    expect(numbers(readAll(spool))[0]).toBe(11);
  });

  test("that are acknowledged go, file by file", () => {
    const spool = open({ maxBytes: 8 * 50_000 });
    for (let i = 0; i < 10; i++) append(spool, 1, 60_000);
    expect(files().length).toBe(10);
    spool.acknowledge(5);
    expect(files().length).toBe(5);
    spool.acknowledge(10);
    expect(files()).toEqual([]);
    append(spool);
    spool.resumeAfter(10);
    expect(numbers(readAll(spool)).at(-1)).toBe(11);
  });
});

describe("opened again", () => {
  test("it has everything", () => {
    const first = open();
    append(first, 3);
    append(first, 2);
    first.close();
    const again = open();
    expect(again.head).toBe(5);
    expect(numbers(readAll(again))).toEqual([1, 2, 3, 4, 5]);
  });

  test("cut at every byte of the last record, it has all before", () => {
    const first = open();
    append(first, 2);
    const whole = statSync(files()[0]!).size;
    append(first, 1);
    first.close();
    const path = files()[0]!;
    const bytes = readFileSync(path);
    for (let end = bytes.length - 1; end >= whole; end--) {
      writeFileSync(path, bytes.subarray(0, end));
      const again = open();
      expect(again.head).toBe(2);
      expect(numbers(readAll(again))).toEqual([1, 2]);
      again.close();
    }
  });

  test("with a damaged end, the log says so once, whoever opens it next", () => {
    const spool = open();
    for (let i = 0; i < 3; i++) append(spool);
    spool.close();
    const [file] = files();
    truncateSync(file!, statSync(file!).size - 5);
    open().tellOfDamagedEnd();
    const again = open();
    again.tellOfDamagedEnd();
    const lines = readAll(again);
    expectContiguous(lines);
    expect(numbers(lines)).toEqual([
      1,
      2,
      expect.stringMatching(/^\d+ bytes at the end of the spool are damaged/),
    ]);
  });

  test("with nothing but a torn record, it is empty", () => {
    const first = open();
    append(first);
    first.close();
    truncateSync(files()[0]!, 5);
    const again = open();
    expect(again.head).toBe(0);
    expect(again.next()).toBeUndefined();
  });

  test("with a flipped bit, it says which lines are missing and goes on after them", () => {
    const first = open({ maxBytes: 8 * 50_000 });
    for (let i = 0; i < 4; i++) append(first, 2, 30_000);
    first.close();
    const path = files()[1]!;
    const bytes = readFileSync(path);
    bytes[bytes.length - 100]! ^= 4;
    writeFileSync(path, bytes);
    for (let round = 0; round < 2; round++) {
      const again = open();
      again.resumeAfter(0);
      const lines = readAll(again);
      expect(numbers(lines).filter((each) => typeof each === "number")).toEqual([1, 2, 3, 5, 6, 7, 8]);
      expect(lines[3]).toMatchObject({ source: "agent", level: "WARN", sequence: 4 });
      expect(lines[3]!.text).toStartWith("1 line is missing here");
      expectContiguous(lines);
      expect(again.head).toBe(8);
      again.close();
    }
  });

  test("with lines missing that the server has, nothing is said of them", () => {
    const first = open({ maxBytes: 8 * 50_000 });
    for (let i = 0; i < 4; i++) append(first, 2, 30_000);
    first.close();
    writeFileSync(files()[1]!, "damaged");
    const again = open();
    again.resumeAfter(4);
    const lines = readAll(again);
    expect(numbers(lines)).toEqual([5, 6, 7, 8]);
    expectContiguous(lines, 5);
  });
});

describe("a directory that the script clears", () => {
  test("loses nothing while the agent lives", () => {
    const spool = open({ maxBytes: 8 * 50_000 });
    for (let i = 0; i < 4; i++) append(spool, 1, 60_000);
    rmSync(place.spoolDirectory, { recursive: true });
    for (let i = 0; i < 40; i++) append(spool, 1, 60_000);
    expect(numbers(readAll(spool))).toEqual(Array.from({ length: 44 }, (_, i) => i + 1));
    spool.acknowledge(44);
  });
});

describe("at its limit", () => {
  const maxBytes = 400_000;

  test("block: there is no room until something is acknowledged", async () => {
    const spool = open({ maxBytes });
    while (spool.room() === undefined) append(spool, 1, 60_000);
    const room = spool.room();
    readAll(spool);
    spool.acknowledge(3);
    await room;
    expect(spool.room()).toBeUndefined();
  });

  function dropping(): Spool {
    return open({ maxBytes, policy: "drop-oldest" });
  }

  test("drop-oldest: one line says what is missing, the rest is there without a hole", () => {
    const spool = dropping();
    for (let i = 0; i < 20; i++) append(spool, 2, 30_000);
    expect(spool.bytesOnDisk).toBeLessThanOrEqual(maxBytes);
    expect(spool.room()).toBeUndefined();
    const lines = readAll(spool);
    const kept = numbers(lines.slice(1)) as number[];
    const missing = 40 - kept.length;
    expect(lines[0]).toMatchObject({ sequence: 1, source: "agent", level: "WARN" });
    expect(lines[0]!.text).toMatch(
      new RegExp(
        `^${missing} lines \\(\\d+ bytes\\), written between 2023-\\S+Z and 2023-\\S+Z, are missing here: .*drop-oldest`,
      ),
    );
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => missing + 1 + i));
    expectContiguous(lines);
    expect(spool.head).toBe(lines.length);
    expect(files("gap").length).toBe(1);
  });

  test("drop-oldest: what may have been sent keeps its place and its number", () => {
    const spool = dropping();
    for (let i = 0; i < 3; i++) append(spool, 1, 60_000);
    const sent = [linesOfChunk(spool.next()!), linesOfChunk(spool.next()!)].flat();
    for (let i = 0; i < 20; i++) append(spool, 1, 60_000);
    const lines = [...sent, ...readAll(spool)];
    expect(numbers(lines).slice(0, 2)).toEqual([1, 2]);
    expect(lines[2]!.text).toContain("are missing here");
    expect(lines.at(-1)!.text).toStartWith("line 23 ");
    expectContiguous(lines);
    spool.resumeAfter(0);
    expect(readAll(spool)).toEqual(lines);
  });

  test("drop-oldest: opened again at any time, the numbers are the same", () => {
    const spool = dropping();
    for (let i = 0; i < 23; i++) append(spool, 1, 60_000);
    const before = readAll(spool);
    spool.close();
    const again = open();
    expect(readAll(again)).toEqual(before);
    // With the first files acknowledged and gone, the gap's file still says how the later ones are numbered.
    again.acknowledge(3);
    again.close();
    const later = open();
    later.resumeAfter(3);
    expect(readAll(later)).toEqual(before.slice(3));
  });

  test("drop-oldest: lines written after a drop and dropped later are counted too", () => {
    const spool = dropping();
    for (let i = 0; i < 60; i++) append(spool, 1, 60_000);
    const lines = readAll(spool);
    expect(numbers(lines.slice(1))[0]).toBe(60 - lines.length + 2);
    expect(lines[0]!.text).toStartWith(`${60 - lines.length + 1} lines (`);
    spool.close();
    const again = open();
    expect(readAll(again)).toEqual(lines);
  });

  test("drop-oldest: a crash between writing the gap and deleting what it replaces changes nothing", () => {
    const spool = dropping();
    for (let i = 0; i < 8; i++) append(spool, 1, 60_000);
    const first = files()[0]!;
    const firstBytes = readFileSync(first);
    append(spool, 1, 60_000);
    const gaps = files("gap").map((path) => [path, readFileSync(path)] as const);
    append(spool, 1, 60_000);
    const before = readAll(spool);
    spool.close();
    writeFileSync(first, firstBytes);
    for (const [path, bytes] of gaps) writeFileSync(path, bytes);
    const again = open();
    expect(readAll(again)).toEqual(before);
  });
});

describe("a disk that does not take it", () => {
  test("keeps chunks in memory, says so once, and catches up when it does", async () => {
    const states: string[] = [];
    const recovered = Promise.withResolvers<void>();
    // A file stands where the directory should be.
    writeFileSync(place.spoolDirectory, "");
    const spool = open({
      onDisk: (state) => {
        states.push(state);
        if (state === "recovered") recovered.resolve();
      },
    });
    for (let i = 0; i < 5; i++) append(spool);
    expect(numbers(readAll(spool))).toEqual([1, 2, 3, 4, 5]);
    spool.acknowledge(2);
    rmSync(place.spoolDirectory);
    await recovered.promise;
    append(spool);
    spool.close();
    expect(states).toEqual(["failed", "recovered"]);
    const again = open();
    again.resumeAfter(2);
    expect(numbers(readAll(again))).toEqual([3, 4, 5, 6]);
  });

  test("drop-oldest: there is always room, and one line says what is missing", () => {
    writeFileSync(place.spoolDirectory, "");
    const spool = open({ policy: "drop-oldest" });
    for (let bytes = 0; bytes < 3 * bounds.unwrittenBytes; bytes += 150_000) {
      expect(spool.room()).toBeUndefined();
      append(spool, 1, 150_000);
    }
    const lines = readAll(spool);
    expectContiguous(lines);
    const [missing, ...rest] = numbers(lines);
    const first = Number(rest[0]);
    expect(missing).toStartWith(`${first - 1} lines (`);
    expect(rest).toEqual(Array.from({ length: written - first + 1 }, (_, i) => first + i));
  });

  test("has no room once memory is full", () => {
    writeFileSync(place.spoolDirectory, "");
    const spool = open();
    for (let bytes = 0; bytes < bounds.unwrittenBytes; bytes += 150_000) {
      expect(spool.room()).toBeUndefined();
      append(spool, 1, 150_000);
    }
    append(spool, 1, 150_000);
    expect(spool.room()).toBeInstanceOf(Promise);
    spool.acknowledge(spool.head);
    expect(spool.room()).toBeUndefined();
  });
});
