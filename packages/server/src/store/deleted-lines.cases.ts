import { describe, expect, test } from "bun:test";
import { countCells, decodeColumns, linesOf } from "@keruta/protocol";
import fc from "fast-check";
import { lineText, makeFrame } from "../testing/make-frame.ts";
import { readLines } from "../testing/read-lines.ts";
import { codeOf, ended, lines, mergeAll, type StoreCases } from "../testing/store-cases.ts";
import type { AttemptKey, ClaimKey, LogStore } from "./log-store.ts";

/** Lines that are deleted from the beginning of an attempt. */
export function deletedLinesCases(cases: StoreCases): void {
  describe("deleting lines", () => {
    test("is exact inside a chunk and a segment, and repeating it deletes nothing more", async () => {
      const { store } = cases;
      const key = await cases.claim();
      for (let first = 1; first <= 100; first += 10) await store.append(key, makeFrame(first, 10));
      expect(await store.deleteLines(key, 25)).toMatchObject({
        deleted: 25,
        attempt: { deletedThrough: 25 },
      });
      expect(await store.deleteLines(key, 25)).toMatchObject({ deleted: 0, attempt: { deletedThrough: 25 } });
      expect(await store.deleteLines(key, 10)).toMatchObject({ deleted: 0, attempt: { deletedThrough: 25 } });
      expect(await readLines(store, key)).toEqual(lines(26, 100));
      await store.end(key, ended(100));
      await mergeAll(store, key);
      expect(await segmentLines(store, key)).toEqual(lines(26, 100));
      expect(await store.deleteLines(key, 51)).toMatchObject({ deleted: 26, attempt: { head: 100 } });
      expect(await segmentLines(store, key)).toEqual(lines(52, 100));
      expect((await store.deleteLines(key, 1_000)).deleted).toBe(49);
      expect(await readLines(store, key)).toEqual([]);
      expect(await store.manifest(key, 0)).toMatchObject({ segments: [], sealedThrough: 100 });
      while (await store.reclaim());
      expect(await codeOf(store.deleteLines({ taskId: "task", attempt: 2 }, 1))).toBe("ATTEMPT_NOT_FOUND");
    });

    test("a read of deleted lines answers from the first that is left", async () => {
      const { store } = cases;
      const key = await cases.claim();
      for (let first = 1; first <= 30; first += 10) await store.append(key, makeFrame(first, 10));
      await store.deleteLines(key, 14);
      for (const sequence of [1, 14, 15])
        expect((await store.read(key, sequence, 1)).map((unit) => unit.header.firstSequence)).toEqual([15]);
      await store.deleteLines(key, 30);
      expect(await store.read(key, 1, 1_000)).toEqual([]);
    });

    test("the agent goes on as if nothing had happened, and sequences are not used again", async () => {
      const { store } = cases;
      const key = await cases.claim();
      await store.append(key, makeFrame(1, 10));
      await store.deleteLines(key, 10);
      expect(await store.append(key, makeFrame(5, 3))).toEqual({ outcome: "duplicate", agentHead: 10 });
      expect(await store.append(key, makeFrame(11, 2))).toMatchObject({ outcome: "stored", agentHead: 12 });
      expect(await readLines(store, key)).toEqual(lines(11, 12));
      await store.end(key, ended(12));
      await mergeAll(store, key);
      expect(await segmentLines(store, key)).toEqual(lines(11, 12));
      expect((await store.manifest(key, 0))?.sealedThrough).toBe(12);
    });

    test("fields, times and the counts of what is left stay with their lines", async () => {
      const { store } = cases;
      const key = await cases.claim();
      await store.append(
        key,
        makeFrame(1, 4, {
          fields: [
            [1, { at: 2 }],
            [3, { at: 4 }],
          ],
          level: 3,
        }),
      );
      await store.append(key, makeFrame(5, 2, { source: 1 }));
      const { attempt } = await store.deleteLines(key, 2);
      expect(attempt.rawBytes).toBe(4 * "line 1\n".length);
      expect(attempt.counts).toEqual([0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0]);
      await store.end(key, ended(6));
      await mergeAll(store, key);
      const [segment] = (await store.manifest(key, 0))!.segments;
      const block = decodeColumns(segment!, (await store.segment(key, segment!, "plain"))!);
      expect(block.fields()).toEqual([[1, { at: 4 }]]);
      expect(segment).toMatchObject({ firstSequence: 3, firstTimeUs: 1_000_001, lastTimeUs: 1_000_005 });
    });

    test("a merge that is under way never brings deleted lines back", async () => {
      const { store } = cases;
      const key = await cases.claim();
      const text = (sequence: number) => `${sequence} `.padEnd(20_000, "y");
      const work: Promise<unknown>[] = [];
      for (let first = 1; first <= 300; first += 5) {
        work.push(store.append(key, makeFrame(first, 5, { text })));
        if (first % 20 === 1) work.push(store.merge(key));
        if (first % 30 === 1) work.push(store.deleteLines(key, first - 3));
      }
      await Promise.all(work);
      await mergeAll(store, key);
      expect(await readLines(store, key)).toEqual(lines(269, 300, text));
    });

    test("any order of appending, inserting, merging and deleting leaves exactly what is expected", async () => {
      let run = 0;
      const step = fc.record({
        act: fc.constantFrom("append", "append", "append", "insert", "merge", "delete"),
        size: fc.integer({ min: 1, max: 12 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, ends) => {
          const { store } = cases;
          const key = await cases.claim(`random-${run++}`);
          const model = new Model();
          const work = steps.map(({ act, size }) => model.take(store, key, act, size));
          await Promise.all(work);
          if (ends) await store.end(key, ended(model.agentHead));
          await mergeAll(store, key);
          await model.check(store, key);
        }),
        { numRuns: 60 },
      );
    });
  });
}

/** What an attempt should hold. */
class Model {
  agentHead = 0;
  #lines: { text: string; cell: number }[] = [];
  #deletedThrough = 0;

  take(store: LogStore, key: ClaimKey, act: string, size: number): Promise<unknown> {
    const head = this.#lines.length;
    switch (act) {
      case "append": {
        const first = this.agentHead + 1;
        for (let i = 0; i < size; i++) this.#lines.push({ text: lineText(first + i), cell: 1 });
        this.agentHead += size;
        return store.append(key, makeFrame(first, size));
      }
      case "insert":
        for (let i = 0; i < size; i++) this.#lines.push({ text: `inserted ${i + 1}`, cell: 10 });
        return store.insert(
          key,
          makeFrame(1, size, { source: 2, level: 2, text: (index) => `inserted ${index}` }),
        );
      case "merge":
        return store.merge(key);
      default: {
        const through = Math.max(0, head - size);
        this.#deletedThrough = Math.max(this.#deletedThrough, through);
        return store.deleteLines(key, through);
      }
    }
  }

  async check(store: LogStore, key: AttemptKey): Promise<void> {
    const left = this.#lines.slice(this.#deletedThrough);
    const first = this.#deletedThrough + 1;
    expect(await readLines(store, key, 1, 200)).toEqual(left.map(({ text }, i) => `${first + i} ${text}`));
    const stored = (await store.attempts("task")).find(({ attempt }) => attempt === key.attempt)!;
    const counts = new Array<number>(countCells).fill(0);
    for (const { cell } of left) counts[cell]!++;
    expect(stored.counts).toEqual(counts);
    expect(stored.rawBytes).toBe(left.reduce((bytes, { text }) => bytes + text.length + 1, 0));
    expect(stored.deletedThrough ?? 0).toBe(this.#deletedThrough);
    const { sealedThrough } = (await store.manifest(key, 0))!;
    const sealed = left.slice(0, Math.max(0, sealedThrough - this.#deletedThrough));
    expect(await segmentLines(store, key)).toEqual(sealed.map(({ text }, i) => `${first + i} ${text}`));
  }
}

/** The lines of all segments, as a reader of history gets them. */
async function segmentLines(store: LogStore, key: AttemptKey): Promise<string[]> {
  const all: string[] = [];
  for (const segment of (await store.manifest(key, 0))!.segments) {
    const block = decodeColumns(segment, (await store.segment(key, segment, "plain"))!);
    for (const { sequence, text } of linesOf(block)) all.push(`${sequence} ${text}`);
  }
  return all;
}
