import { afterAll, beforeAll, expect } from "bun:test";
import { zstdCompressSync } from "node:zlib";
import { type ChunkHeader, encodeFrame, encodeMessage, limits, pack } from "@keruta/protocol";
import { expectNumbered } from "./harness/expect-log.ts";
import { type FrameParts, frameOf, framePartsOf } from "./harness/frames.ts";
import { numberedLine } from "./harness/numbered-line.ts";
import { test } from "./harness/process-test.ts";
import type { Producer } from "./harness/producer.ts";
import { openStage, type Stage } from "./harness/stage.ts";

let stage: Stage;
/** A well-behaved agent on the same server, which nothing here may disturb. */
let neighbour: Producer;
let neighbourLines = 0;

beforeAll(async () => {
  stage = await openStage();
  neighbour = await stage.produce("neighbour");
  await neighbour.welcomed();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Line 1 is good; then comes `bad`, which has to be answered with a code and a sentence, and leave no trace. */
async function expectRefused(bad: (line: FrameParts) => Uint8Array, codes: readonly string[]): Promise<void> {
  const task = `hostile-${Bun.randomUUIDv7()}`;
  const hostile = await stage.produce(task);
  await hostile.welcomed();
  await hostile.send(frameOf(["good"], 1));
  await hostile.acknowledgedThrough(1);
  await hostile.send(bad(framePartsOf(["bad 1", "bad 2", "bad 3"], 2)));
  const refusal = await hostile.refused();
  expect(codes).toContain(refusal.code);
  expect(refusal.message).toMatch(/\w+ \w+ \w+/);
  await hostile.closed();
  await expectUndisturbed(task);
}

async function expectUndisturbed(task: string): Promise<void> {
  const log = await stage.storedSoFar(task);
  expect(log.texts()).toEqual(["good"]);
  const number = ++neighbourLines;
  await neighbour.send(frameOf([numberedLine(9, number)], number));
  await neighbour.acknowledgedThrough(number);
}

function framed(header: ChunkHeader, columns: Uint8Array): Uint8Array {
  return encodeFrame(header, zstdCompressSync(columns));
}

test("a bit flipped anywhere in a frame", async () => {
  const length = frameOf(["bad 1", "bad 2", "bad 3"], 2).length;
  for (let at = 0; at < length; at += 11)
    await expectRefused(
      ({ header, columns }) => {
        const frame = Uint8Array.from(framed(header, columns));
        frame[at]! ^= 1 << (at % 8);
        return frame;
      },
      ["CHUNK_INVALID"],
    );
});

test("a frame cut short", () =>
  expectRefused(({ header, columns }) => framed(header, columns).subarray(0, -5), ["CHUNK_INVALID"]));

const lies: [what: string, lie: (header: ChunkHeader) => Partial<ChunkHeader>][] = [
  [
    "more lines than there are",
    (header) => ({ lineCount: 4, counts: header.counts.map((n) => (n === 3 ? 4 : n)) }),
  ],
  [
    "fewer lines than there are",
    (header) => ({ lineCount: 2, counts: header.counts.map((n) => (n === 3 ? 2 : n)) }),
  ],
  ["counts of another level", (header) => ({ counts: [...header.counts.slice(1), header.counts[0]!] })],
  ["less text than there is", (header) => ({ rawBytes: header.rawBytes - 1 })],
  ["more text than there is", (header) => ({ rawBytes: header.rawBytes + 1 })],
  ["a smaller body", (header) => ({ columnsBytes: header.columnsBytes - 1 })],
  ["a larger body", (header) => ({ columnsBytes: header.columnsBytes + 1 })],
  ["another end time", (header) => ({ lastTimeUs: header.lastTimeUs + 1 })],
];

for (const [what, lie] of lies)
  test(`a header that promises ${what}`, () =>
    expectRefused(
      ({ header, columns }) => framed({ ...header, ...lie(header) }, columns),
      ["CHUNK_INVALID"],
    ));

test("a body that is not compressed", () =>
  expectRefused(({ header, columns }) => encodeFrame(header, columns), ["CHUNK_INVALID"]));

test("a compression bomb", async () => {
  await expectRefused(({ header }) => framed(header, new Uint8Array(512 * 1024 * 1024)), ["CHUNK_INVALID"]);
  expect(stage.server.program.memory().peakBytes).toBeLessThan(400 * 2 ** 20);
});

test("a chunk over the limits of an agent", () =>
  expectRefused(
    () => frameOf(Array(5).fill("x".repeat(limits.maxChunkRawBytes / 4)), 2),
    ["CHUNK_TOO_LARGE"],
  ));

test("more lines than a chunk may have", () =>
  expectRefused(() => frameOf(Array(limits.maxChunkLines + 1).fill(""), 2), ["CHUNK_TOO_LARGE"]));

test("a message past the limit ends the connection with 1009, and nothing else", async () => {
  const hostile = await stage.produce("oversize");
  await hostile.welcomed();
  await hostile.send(frameOf(["good"], 1));
  await hostile.acknowledgedThrough(1);
  await hostile.sendBytes(new Uint8Array(limits.maxMessageBytes + 100_000));
  expect([1006, 1009]).toContain((await hostile.closed()).code);
  await expectUndisturbed("oversize");
});

test("a sequence from the future is answered with the line to go on from", async () => {
  const hasty = await stage.produce("future");
  await hasty.welcomed();
  await hasty.send(frameOf(["good"], 1));
  await hasty.acknowledgedThrough(1);
  await hasty.send(frameOf(["too early"], 3));
  await hasty.resumed();
  expect(hasty.resumes).toEqual([2]);
  await expectUndisturbed("future");
});

test("a chunk that was stored before is acknowledged and not stored again; one that overlaps is not stored", async () => {
  const twice = await stage.produce("twice");
  await twice.welcomed();
  for (let i = 0; i < 3; i++) await twice.send(frameOf(["good"], 1));
  await twice.acknowledgedThrough(1);
  await twice.send(frameOf(["bad", "overlap"], 1));
  await twice.resumed();
  expect(twice.resumes).toEqual([2]);
  await expectUndisturbed("twice");
});

const garbage: [what: string, bytes: Uint8Array][] = [
  ["not MessagePack", new Uint8Array([0xc1, 1, 2, 3])],
  ["no type", pack({ hello: 1 })],
  ["an unknown type", pack({ type: "fetch-everything" })],
  ["a chunk that is no bytes", pack({ type: "chunk", chunk: "text" })],
  ["an empty message", new Uint8Array(0)],
  [
    "a control message past its limit",
    pack({ type: "pong", padding: "x".repeat(limits.maxControlMessageBytes) }),
  ],
  ["a server's message", encodeMessage({ type: "ack", sequence: 1 } as never)],
];

for (const [what, bytes] of garbage)
  test(`${what} instead of a message`, async () => {
    const task = `garbage-${Bun.randomUUIDv7()}`;
    const hostile = await stage.produce(task);
    await hostile.welcomed();
    await hostile.send(frameOf(["good"], 1));
    await hostile.acknowledgedThrough(1);
    await hostile.sendBytes(bytes);
    expect(["INVALID_MESSAGE_FORMAT", "CHUNK_INVALID"]).toContain((await hostile.refused()).code);
    await hostile.closed();
    await expectUndisturbed(task);
  });

test("the neighbour's log is whole after all that", async () => {
  await neighbour.end(neighbourLines);
  expectNumbered(await stage.stored("neighbour"), 9, neighbourLines);
});
