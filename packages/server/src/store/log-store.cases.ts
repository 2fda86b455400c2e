import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { encodeFrame, limits, openFrame } from "@keruta/protocol";
import fc from "fast-check";
import { makeFrame, makeHello } from "../testing/make-frame.ts";
import { readLines } from "../testing/read-lines.ts";
import { codeOf, ended, lines, mergeAll } from "../testing/store-cases.ts";
import { deletedLinesCases } from "./deleted-lines.cases.ts";
import { insertedLinesCases } from "./inserted-lines.cases.ts";
import type { AppendOutcome, ClaimKey, LogStore } from "./log-store.ts";
import { bundleChunks } from "./merge.ts";
import { tasksCases } from "./tasks.cases.ts";

/** A store under test, and how to close it and open it again on what it has stored. */
export interface StoreUnderTest {
  readonly store: LogStore;
  reopen(): Promise<StoreUnderTest>;
}

/** What every store promises (see `LogStore`). Each implementation's test runs all of it on a real one. */
export function logStoreCases(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let under: StoreUnderTest;
    let store: LogStore;
    beforeEach(async () => {
      under = await open();
      store = under.store;
    });
    afterEach(() => store.close());

    async function claim(runId = "run", claimed?: number): Promise<ClaimKey> {
      const { attempt, claim } = await store.claim("task", makeHello(runId, claimed));
      return { taskId: "task", attempt: attempt.attempt, claim };
    }

    describe("claims", () => {
      test("the same run is the same attempt, another run the next one", async () => {
        expect(await claim("first")).toEqual({ taskId: "task", attempt: 1, claim: 1 });
        expect(await claim("second")).toEqual({ taskId: "task", attempt: 2, claim: 1 });
        expect(await claim("first", 1)).toEqual({ taskId: "task", attempt: 1, claim: 1 });
        expect((await store.attempts("task")).map((attempt) => attempt.attempt)).toEqual([1, 2]);
      });

      test("a claim without a number takes over; the older one can neither append, end nor come back", async () => {
        const older = await claim();
        await store.append(older, makeFrame(1, 5));
        const newer = await claim();
        expect(newer.claim).toBe(2);
        expect(await store.append(older, makeFrame(6, 5))).toMatchObject({
          outcome: "refused",
          code: "SUPERSEDED",
        });
        expect(await codeOf(store.end(older, ended(5)))).toBe("SUPERSEDED");
        expect(await codeOf(claim("run", 1))).toBe("SUPERSEDED");
        expect(await store.append(newer, makeFrame(6, 5))).toMatchObject({
          outcome: "stored",
          agentHead: 10,
        });
      });

      test("claims made at once are all different", async () => {
        const keys = await Promise.all(Array.from({ length: 20 }, () => claim()));
        expect(new Set(keys.map((key) => key.claim)).size).toBe(20);
        expect(new Set(keys.map((key) => key.attempt)).size).toBe(1);
      });
    });

    describe("appending", () => {
      test("a duplicate is acknowledged and not stored, a gap and an overlap name the next line", async () => {
        const key = await claim();
        expect(await store.append(key, makeFrame(1, 10))).toMatchObject({ outcome: "stored", agentHead: 10 });
        expect(await store.append(key, makeFrame(1, 10))).toEqual({ outcome: "duplicate", agentHead: 10 });
        expect(await store.append(key, makeFrame(4, 3))).toEqual({ outcome: "duplicate", agentHead: 10 });
        expect(await store.append(key, makeFrame(12, 1))).toEqual({
          outcome: "gap",
          next: 11,
          firstSequence: 12,
        });
        expect(await store.append(key, makeFrame(6, 10))).toEqual({
          outcome: "gap",
          next: 11,
          firstSequence: 6,
        });
        expect(await readLines(store, key)).toEqual(lines(1, 10));
      });

      test("the frame comes back byte for byte", async () => {
        const frame = makeFrame(1, 3);
        const sent = frame.slice();
        const outcome = (await store.append(await claim(), frame)) as Extract<
          AppendOutcome,
          { outcome: "stored" }
        >;
        expect(Buffer.from(outcome.unit.frame).equals(sent)).toBe(true);
        expect(outcome.unit.header).toEqual(openFrame(sent).header);
      });

      test("head, counts and size are those of the lines", async () => {
        const key = await claim();
        await store.append(key, makeFrame(1, 3, { level: 3, source: 1 }));
        await store.append(key, makeFrame(4, 2, { level: 1 }));
        const attempt = (await store.task("task"))?.latest;
        expect(attempt).toMatchObject({ head: 5, rawBytes: 5 * "line 1\n".length, state: "PROCESSING" });
        expect(attempt?.counts).toEqual([0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0]);
      });

      test("bad chunks change nothing and disturb no other chunk of the same commit", async () => {
        const key = await claim();
        const other = await claim("other");
        const good = makeFrame(1, 5);
        const bad = damagedFrames();
        const outcomes = await Promise.all([
          ...bad.map(({ frame }) => store.append(key, frame)),
          store.append(other, makeFrame(1, 5)),
          store.append(key, good),
        ]);
        for (const [index, { what, code }] of bad.entries())
          expect([what, outcomes[index]]).toMatchObject([what, { outcome: "refused", code }]);
        expect(outcomes.slice(bad.length)).toMatchObject([{ outcome: "stored" }, { outcome: "stored" }]);
        expect(await readLines(store, key)).toEqual(lines(1, 5));
      });

      test("any interleaving of chunks of two claims leaves a contiguous prefix", async () => {
        let run = 0;
        const chunk = fc.record({
          first: fc.integer({ min: 1, max: 30 }),
          count: fc.integer({ min: 1, max: 8 }),
        });
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.tuple(fc.constantFrom("chunk", "chunk", "chunk", "claim"), chunk)),
            async (steps) => {
              let key = await claim(`random-${run++}`);
              let head = 0;
              const answers: Promise<AppendOutcome>[] = [];
              for (const [step, { first, count }] of steps) {
                if (step === "claim") key = await claim(`random-${run - 1}`);
                // Mostly the next chunk, so that heads do move.
                const from = first % 3 === 0 ? first : head + 1;
                if (from === head + 1) head += count;
                answers.push(store.append(key, makeFrame(from, count)));
              }
              for (const answer of await Promise.all(answers)) expect(answer.outcome).not.toBe("refused");
              expect(await readLines(store, key)).toEqual(lines(1, head));
            },
          ),
          { numRuns: 60 },
        );
      });
    });

    describe("ending", () => {
      test("is refused while lines are missing, and stands once recorded", async () => {
        const key = await claim();
        await store.append(key, makeFrame(1, 5));
        expect(await store.end(key, ended(8))).toEqual({ outcome: "gap", next: 6 });
        await store.append(key, makeFrame(6, 3));
        const first = await store.end(key, { ...ended(8), exitCode: 7, state: "FAILED", reason: "because" });
        expect(first).toMatchObject({
          outcome: "ended",
          attempt: { state: "FAILED", exitCode: 7, reason: "because" },
        });
        expect(await store.end(key, ended(8))).toEqual(first);
      });

      test("afterwards old lines are acknowledged and new ones refused, also for an agent that comes back", async () => {
        const key = await claim();
        await store.append(key, makeFrame(1, 5));
        await store.end(key, ended(5));
        const again = await store.claim("task", makeHello("run", key.claim));
        expect(again.attempt).toMatchObject({ attempt: 1, head: 5, state: "COMPLETED" });
        expect(await store.append(key, makeFrame(3, 3))).toEqual({ outcome: "duplicate", agentHead: 5 });
        expect(await store.append(key, makeFrame(6, 1))).toMatchObject({
          outcome: "refused",
          code: "ATTEMPT_ENDED",
        });
      });
    });

    describe("reading", () => {
      test("begins with the unit that holds the line, and stays within the bytes asked for", async () => {
        const key = await claim();
        for (let first = 1; first < 100; first += 10) await store.append(key, makeFrame(first, 10));
        expect((await store.read(key, 25, 1)).map((unit) => unit.header.firstSequence)).toEqual([21]);
        expect((await store.read(key, 95, 1_000_000)).map((unit) => unit.header.firstSequence)).toEqual([91]);
        expect(await store.read(key, 101, 1_000_000)).toEqual([]);
        const some = await store.read(key, 1, 3 * makeFrame(1, 10).length);
        expect(some.length).toBeGreaterThan(1);
        expect(some.length).toBeLessThan(5);
      });

      test("an attempt that is not there", async () => {
        expect(await codeOf(store.read({ taskId: "none", attempt: 1 }, 1, 1))).toBe("ATTEMPT_NOT_FOUND");
        expect(await store.manifest({ taskId: "none", attempt: 1 }, 0)).toBeUndefined();
        expect(await store.task("none")).toBeUndefined();
        expect(await store.attempts("none")).toEqual([]);
      });
    });

    describe("listing", () => {
      test("newest first, in pages, by status and by part of the id", async () => {
        for (const id of ["alpha", "beta", "gamma", "alphabet"]) await store.claim(id, makeHello(id));
        const { attempt, claim } = await store.claim("beta", makeHello("again"));
        await store.end(
          { taskId: "beta", attempt: attempt.attempt, claim },
          { ...ended(0), state: "FAILED" },
        );
        const ids = async (query: Parameters<LogStore["tasks"]>[0]) =>
          (await store.tasks(query)).map((task) => task.id);
        expect(await ids({ limit: 10 })).toEqual(["alphabet", "gamma", "beta", "alpha"]);
        expect(await ids({ limit: 2, before: "gamma" })).toEqual(["beta", "alpha"]);
        expect(await ids({ limit: 1, q: "alpha" })).toEqual(["alphabet"]);
        expect(await ids({ limit: 10, status: "FAILED" })).toEqual(["beta"]);
        expect(await store.task("beta")).toMatchObject({
          attempts: 2,
          latest: { attempt: 2, state: "FAILED" },
        });
      });
    });

    describe("merging", () => {
      test("turns an ended attempt into contiguous segments with the same lines", async () => {
        const key = await claim();
        const text = (sequence: number) => `${sequence} `.padEnd(4_000, "x");
        for (let first = 1; first <= 800; first += 10)
          await store.append(key, makeFrame(first, 10, { text }));
        await store.end(key, ended(800));
        await mergeAll(store, key);
        const manifest = (await store.manifest(key, 0))!;
        expect(manifest.sealedThrough).toBe(800);
        expect(manifest.segments.length).toBeGreaterThan(2);
        let next = 1;
        for (const segment of manifest.segments) {
          expect(segment.firstSequence).toBe(next);
          expect(segment.rawBytes).toBeLessThanOrEqual(limits.segmentTargetRawBytes);
          const address = { firstSequence: segment.firstSequence, checksum: segment.checksum };
          expect((await store.segment(key, address, "plain"))?.length).toBe(segment.columnsBytes);
          expect((await store.segment(key, address, "zstd"))?.length).toBe(segment.bodyBytes);
          next += segment.lineCount;
        }
        expect(next).toBe(801);
        expect((await store.manifest(key, manifest.segments[0]!.firstSequence))?.segments).toEqual(
          manifest.segments.slice(1),
        );
        expect(await store.segment(key, { firstSequence: 1, checksum: 0 }, "zstd")).toBeUndefined();
        expect(await readLines(store, key, 795)).toEqual(lines(795, 800, text));
        expect(await store.unsealed()).toEqual([]);
      });

      test("does not touch a live attempt before a segment is full", async () => {
        const key = await claim();
        for (let first = 1; first <= 20; first++) await store.append(key, makeFrame(first, 1));
        expect(await store.merge(key)).toBe(false);
        expect(await store.unsealed()).toMatchObject([{ taskId: "task", attempt: 1, chunks: 20 }]);
      });

      test("bundles the many small chunks of a slow log, which stay out of the manifest", async () => {
        const key = await claim();
        const count = bundleChunks + 10;
        await Promise.all(
          Array.from({ length: count }, (_, index) => store.append(key, makeFrame(index + 1, 1))),
        );
        await mergeAll(store, key);
        expect((await store.unsealed())[0]?.chunks).toBe(1);
        expect((await store.manifest(key, 0))?.segments).toEqual([]);
        expect(await store.append(key, makeFrame(count + 1, 4))).toMatchObject({ outcome: "stored" });
        expect(await store.append(key, makeFrame(5, 4))).toMatchObject({ outcome: "duplicate" });
        expect(await readLines(store, key, 3)).toEqual(lines(3, count + 4));
        await store.end(key, ended(count + 4));
        await mergeAll(store, key);
        expect((await store.manifest(key, 0))?.segments.map((segment) => segment.lineCount)).toEqual([
          count + 4,
        ]);
        expect(await readLines(store, key)).toEqual(lines(1, count + 4));
      });

      test("a clock that was set back ends a segment and loses nothing", async () => {
        const key = await claim();
        await store.append(key, makeFrame(1, 5, { timeUs: 2_000_000 }));
        await store.append(key, makeFrame(6, 5, { timeUs: 1_000_000 }));
        await store.append(key, makeFrame(11, 5, { timeUs: 3_000_000 }));
        await store.end(key, ended(15));
        await mergeAll(store, key);
        expect((await store.manifest(key, 0))?.segments.map((segment) => segment.firstSequence)).toEqual([
          1, 6,
        ]);
        expect(await readLines(store, key)).toEqual(lines(1, 15));
      });

      test("fields stay with their lines, and never more of them than a unit may hold", async () => {
        const key = await claim();
        const big = "v".repeat(limits.maxFieldsBytes / 3);
        for (let first = 1; first <= 12; first += 3)
          await store.append(key, makeFrame(first, 3, { fields: [[1, { at: first + 1, big }]] }));
        await store.end(key, ended(12));
        await mergeAll(store, key);
        expect((await store.manifest(key, 0))?.sealedThrough).toBe(12);
        expect(await readLines(store, key)).toEqual(lines(1, 12));
      });

      test("at once from several sides, while lines come", async () => {
        const key = await claim();
        const text = (sequence: number) => `${sequence} `.padEnd(20_000, "y");
        const work: Promise<unknown>[] = [];
        for (let first = 1; first <= 300; first += 5) {
          work.push(store.append(key, makeFrame(first, 5, { text })));
          if (first % 50 === 1) work.push(store.merge(key), store.merge(key));
        }
        await Promise.all(work);
        await mergeAll(store, key);
        expect(await readLines(store, key)).toEqual(lines(1, 300, text));
      });
    });

    const cases = {
      get store() {
        return store;
      },
      claim,
    };
    insertedLinesCases(cases);
    deletedLinesCases(cases);
    tasksCases(cases);

    test("everything is there after it was closed and opened again", async () => {
      const key = await claim();
      await store.append(key, makeFrame(1, 50));
      await store.insert(key, makeFrame(1, 1));
      await store.deleteLines(key, 5);
      await store.setWaiting(key, true);
      await store.updateTask("task", { name: "Job" });
      await store.addInput("task", { text: "y", eof: false, by: "me" });
      const before = await store.task("task");
      await store.close();
      under = await under.reopen();
      store = under.store;
      expect(await readLines(store, key)).toEqual([...lines(6, 50), "51 line 1"]);
      expect(await store.task("task")).toEqual(before!);
      expect(await store.inputs("task")).toHaveLength(1);
      expect(await store.append(key, makeFrame(51, 1))).toMatchObject({ outcome: "stored", agentHead: 51 });
      while (await store.reclaim());
    });
  });
}

/** One of each way in which a chunk can be wrong. */
function damagedFrames(): { what: string; frame: Uint8Array; code: string }[] {
  const invalid = (what: string, frame: Uint8Array) => ({
    what,
    frame: frame.slice(),
    code: "CHUNK_INVALID",
  });
  const flipped = makeFrame(1, 5);
  flipped[flipped.length - 3]! ^= 4;
  const { header, body } = openFrame(makeFrame(1, 5));
  const bomb = Bun.zstdCompressSync(new Uint8Array(64 * 1024 * 1024));
  const large = (sequence: number) => `${sequence}`.padEnd(300_000, "z");
  return [
    invalid("nothing", new Uint8Array(0)),
    invalid("noise", crypto.getRandomValues(new Uint8Array(200))),
    invalid("cut off", makeFrame(1, 5).subarray(0, 40)),
    invalid("a flipped bit", flipped),
    invalid("wrong counts", encodeFrame({ ...header, counts: [5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }, body)),
    invalid(
      "wrong line count",
      encodeFrame({ ...header, lineCount: 6, counts: [0, 6, ...header.counts.slice(2)] }, body),
    ),
    invalid("wrong size", encodeFrame({ ...header, rawBytes: header.rawBytes + 1 }, body)),
    invalid("a bomb", encodeFrame(header, bomb)),
    { what: "too large", frame: makeFrame(1, 5, { text: large }), code: "CHUNK_TOO_LARGE" },
  ];
}
