import { describe, expect, test } from "bun:test";
import { limits } from "@keruta/protocol";
import { makeFrame, makeHello } from "../testing/make-frame.ts";
import { linesOfFrame, readLines } from "../testing/read-lines.ts";
import { codeOf, ended, lines, mergeAll, type StoreCases } from "../testing/store-cases.ts";
import type { AppendOutcome, InsertOutcome } from "./log-store.ts";

const agentSource = 2;
const said = { source: agentSource, level: 2, text: () => "said" };
const gone = () => makeFrame(1, 1, { source: agentSource, level: 2, text: () => "the agent is gone" });

type Stored<Outcome> = Extract<Outcome, { outcome: "stored" }>;

/** Lines that are not the agent's, and attempts whose agent stays away. */
export function insertedLinesCases(cases: StoreCases): void {
  describe("inserting", () => {
    test("puts lines behind the head, whatever their numbers; the agent does not notice", async () => {
      const { store } = cases;
      const key = await cases.claim();
      await store.append(key, makeFrame(1, 5));
      const inserted = (await store.insert(key, makeFrame(77, 2, said))) as Stored<InsertOutcome>;
      expect(inserted).toMatchObject({
        outcome: "stored",
        attempt: { head: 7, inserted: 2, state: "PROCESSING" },
        unit: { header: { firstSequence: 6, lineCount: 2 } },
      });
      expect(linesOfFrame(inserted.unit.frame)).toEqual(["6 said", "7 said"]);
      const appended = (await store.append(key, makeFrame(6, 3))) as Stored<AppendOutcome>;
      expect(appended).toMatchObject({ outcome: "stored", agentHead: 8 });
      expect(linesOfFrame(appended.unit.frame)).toEqual(["8 line 6", "9 line 7", "10 line 8"]);
      expect(appended.unit.header.firstSequence).toBe(8);
      expect(await readLines(store, key)).toEqual([
        ...lines(1, 5),
        "6 said",
        "7 said",
        "8 line 6",
        "9 line 7",
        "10 line 8",
      ]);
    });

    test("duplicates, gaps, overlaps, ends and claims are in the agent's numbers", async () => {
      const { store } = cases;
      const key = await cases.claim();
      await store.append(key, makeFrame(1, 5));
      await store.insert(key, makeFrame(1, 10, said));
      expect(await store.append(key, makeFrame(3, 3))).toEqual({ outcome: "duplicate", agentHead: 5 });
      for (const firstSequence of [4, 7, 16])
        expect(await store.append(key, makeFrame(firstSequence, 3))).toEqual({
          outcome: "gap",
          next: 6,
          firstSequence,
        });
      expect(await store.end(key, ended(6))).toEqual({ outcome: "gap", next: 6 });
      const { attempt } = await store.claim("task", makeHello("run", key.claim));
      expect(attempt).toMatchObject({ head: 15, inserted: 10 });
      expect(await store.end(key, ended(5))).toMatchObject({ outcome: "ended", attempt: { head: 15 } });
    });

    test("counts and bytes are of all lines", async () => {
      const { store } = cases;
      const key = await cases.claim();
      await store.append(key, makeFrame(1, 3));
      await store.insert(key, makeFrame(1, 1, said));
      const latest = (await store.task("task"))?.latest;
      expect(latest).toMatchObject({ head: 4, rawBytes: 3 * "line 1\n".length + "said\n".length });
      expect(latest?.counts).toEqual([0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    });

    test("works after the end, and what was sealed stays as it is", async () => {
      const { store } = cases;
      const key = await cases.claim();
      await store.append(key, makeFrame(1, 5));
      await store.end(key, ended(5));
      await mergeAll(store, key);
      const before = (await store.manifest(key, 0))!;
      expect(await store.insert(key, makeFrame(1, 1, said))).toMatchObject({
        outcome: "stored",
        attempt: { state: "COMPLETED", head: 6 },
      });
      expect((await store.manifest(key, 0))?.segments).toEqual(before.segments);
      expect(await readLines(store, key)).toEqual([...lines(1, 5), "6 said"]);
      expect(await store.unsealed()).toMatchObject([{ taskId: "task", attempt: 1, state: "COMPLETED" }]);
      await mergeAll(store, key);
      const after = (await store.manifest(key, 0))!;
      expect(after.segments[0]).toEqual(before.segments[0]!);
      expect(after.segments.map((segment) => segment.firstSequence)).toEqual([1, 6]);
      expect(after.sealedThrough).toBe(6);
      expect(await readLines(store, key, 4)).toEqual([...lines(4, 5), "6 said"]);
      expect(await store.append(key, makeFrame(6, 1))).toMatchObject({ code: "ATTEMPT_ENDED" });
    });

    test("refuses what is damaged or too large, and an attempt that is not there", async () => {
      const { store } = cases;
      const key = await cases.claim();
      const large = "z".repeat(limits.maxChunkRawBytes + 1);
      expect(await store.insert(key, new Uint8Array([1, 2, 3]))).toMatchObject({ code: "CHUNK_INVALID" });
      expect(await store.insert(key, makeFrame(1, 1, { text: () => large }))).toMatchObject({
        code: "CHUNK_TOO_LARGE",
      });
      const nowhere = { taskId: "task", attempt: 9 };
      expect(await codeOf(store.insert(nowhere, makeFrame(1, 1)))).toBe("ATTEMPT_NOT_FOUND");
      expect((await store.task("task"))?.latest).toMatchObject({ head: 0, inserted: 0 });
    });

    test("from several sides at once, while the agent sends, loses and doubles nothing", async () => {
      const { store } = cases;
      const key = await cases.claim();
      const work: Promise<{ outcome: string }>[] = [];
      for (let first = 1; first <= 200; first += 5) {
        work.push(store.append(key, makeFrame(first, 5)));
        work.push(store.insert(key, makeFrame(1, 1, said)));
        if (first % 50 === 1) void store.merge(key);
      }
      for (const { outcome } of await Promise.all(work)) expect(outcome).toBe("stored");
      const all = await readLines(store, key);
      expect(all.map((line) => Number(line.split(" ")[0]))).toEqual(all.map((_, index) => index + 1));
      const own = all.map((line) => line.replace(/^\d+ /, "")).filter((text) => text !== "said");
      expect(own).toEqual(lines(1, 200).map((line) => line.replace(/^\d+ /, "")));
      expect(all.length).toBe(240);
    });
  });

  describe("giving up", () => {
    test("ends the attempt together with the line that says so; a claim takes it up again", async () => {
      const { store } = cases;
      const key = await cases.claim();
      await store.append(key, makeFrame(1, 5));
      await store.setWaiting(key, true);
      const givenUp = await store.giveUp(key, gone(), "its agent is gone", 9_000_000);
      expect(givenUp?.attempt).toMatchObject({
        state: "FAILED",
        lost: true,
        head: 6,
        inserted: 1,
        endedAtUs: 9_000_000,
        reason: "its agent is gone",
      });
      expect(givenUp?.attempt.waitingForInput).toBeUndefined();
      expect(linesOfFrame(givenUp!.unit.frame)).toEqual(["6 the agent is gone"]);
      expect(await store.running()).toEqual([]);
      await mergeAll(store, key);

      const back = await store.claim("task", makeHello("run", key.claim));
      expect(back).toMatchObject({
        resumed: true,
        created: false,
        claim: key.claim,
        attempt: { state: "PROCESSING", head: 6, inserted: 1 },
      });
      for (const name of ["lost", "endedAtUs", "reason", "exitCode"] as const)
        expect(back.attempt[name]).toBeUndefined();
      expect((await store.tasks({ limit: 1, status: "PROCESSING" }))[0]?.latest).toEqual(back.attempt);
      expect(await store.append(key, makeFrame(6, 5))).toMatchObject({ outcome: "stored", agentHead: 10 });
      expect(await store.end(key, ended(10))).toMatchObject({ attempt: { state: "COMPLETED", head: 11 } });
      await mergeAll(store, key);
      expect((await store.manifest(key, 0))?.sealedThrough).toBe(11);
      expect((await readLines(store, key)).slice(4, 7)).toEqual([
        "5 line 5",
        "6 the agent is gone",
        "7 line 6",
      ]);
      expect((await store.claim("task", makeHello("run", key.claim))).resumed).toBe(false);
    });

    test("does nothing where the attempt has ended, or somebody has claimed it since", async () => {
      const { store } = cases;
      const older = await cases.claim();
      const newer = await cases.claim();
      expect(await store.giveUp(older, gone(), "gone", 1)).toBeUndefined();
      await store.end(newer, ended(0));
      expect(await store.giveUp(newer, gone(), "gone", 1)).toBeUndefined();
      expect((await store.task("task"))?.latest).toMatchObject({ head: 0, state: "COMPLETED" });
    });

    test("what runs is listed with its newest claim", async () => {
      const { store } = cases;
      await cases.claim();
      const newer = await cases.claim();
      const other = await cases.claim("other");
      expect((await store.running()).map(({ attempt, claim }) => [attempt, claim])).toEqual([
        [newer.attempt, newer.claim],
        [other.attempt, other.claim],
      ]);
      await store.end(newer, ended(0));
      expect((await store.running()).map(({ attempt }) => attempt)).toEqual([other.attempt]);
    });
  });

  describe("waiting for input", () => {
    test("is noted until the end, or until another agent takes over, and is the task's status", async () => {
      const { store } = cases;
      const key = await cases.claim();
      const statuses = async () => {
        const found = await store.tasks({ limit: 10, status: "WAITING_FOR_INPUT" });
        return found.map((task) => task.latest?.waitingForInput);
      };
      expect(await store.setWaiting(key, true)).toMatchObject({ waitingForInput: true });
      expect(await statuses()).toEqual([true]);
      expect((await store.claim("task", makeHello("run", key.claim))).attempt.waitingForInput).toBe(true);
      expect((await store.setWaiting(key, false)).waitingForInput).toBeUndefined();
      expect(await statuses()).toEqual([]);
      await store.setWaiting(key, true);
      const newer = await cases.claim();
      expect(await statuses()).toEqual([]);
      expect(await codeOf(store.setWaiting(key, true))).toBe("SUPERSEDED");
      await store.setWaiting(newer, true);
      await store.end(newer, ended(0));
      expect(await statuses()).toEqual([]);
      expect((await store.setWaiting(newer, true)).waitingForInput).toBeUndefined();
    });
  });
}
