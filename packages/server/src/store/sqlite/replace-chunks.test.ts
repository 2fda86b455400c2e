import type { Database } from "bun:sqlite";
import { beforeEach, expect, test } from "bun:test";
import { makeFrame, makeHello } from "../../testing/make-frame.ts";
import { temporaryFolder } from "../../testing/temporary-folder.ts";
import { appendChunk } from "./append-chunk.ts";
import { claimAttempt } from "./claim-attempt.ts";
import { deleteLines } from "./delete-lines.ts";
import { deleteTask } from "./delete-task.ts";
import { endAttempt } from "./end-attempt.ts";
import { findAttempt } from "./find-attempt.ts";
import { openToWrite } from "./open-database.ts";
import { prepareMerge } from "./prepare-merge.ts";
import { refreshTask } from "./refresh-task.ts";
import { replaceChunks } from "./replace-chunks.ts";
import { storeChunk } from "./store-chunk.ts";
import { storeMade } from "./store-made.ts";
import { type Verified, verify } from "./verify.ts";

const key = { taskId: "task", attempt: 1 };

/** The steps of a merge one by one, so that something can come between them. */
function stepsOn(database: Database) {
  const find = findAttempt(database);
  const refresh = refreshTask(database, () => 1);
  const claim = claimAttempt(database, refresh, () => 1);
  const append = appendChunk(find, storeChunk(database));
  const end = endAttempt(database, find, refresh);
  return {
    prepare: prepareMerge(database, find),
    replace: replaceChunks(database, find, storeMade(database)),
    deleteLines: deleteLines(database, find, storeMade(database)),
    deleteTask: deleteTask(database),
    /** Three chunks, 1 to 30, of an attempt that has ended. */
    fill() {
      const claimed = { ...key, claim: claim("task", makeHello("run")).claim };
      for (const first of [1, 11, 21]) {
        const frame = makeFrame(first, 10);
        append(claimed, frame, verify(frame) as Verified);
      }
      end(claimed, { type: "end", lastSequence: 30, state: "COMPLETED", endedAtUs: 2 });
    },
  };
}

let database: Database;
let steps: ReturnType<typeof stepsOn>;
beforeEach(() => {
  database = openToWrite(temporaryFolder());
  steps = stepsOn(database);
  steps.fill();
});

function units(): string[] {
  const segments = database.query("SELECT 'segment ' || first_sequence AS unit FROM segment").all();
  const chunks = database.query("SELECT 'chunk ' || first_sequence AS unit FROM chunk ORDER BY id").all();
  return ([...segments, ...chunks] as { unit: string }[]).map(({ unit }) => unit);
}

test("a merged unit takes the place of its chunks, once", () => {
  const merged = steps.prepare(key)!;
  expect(steps.replace(key, merged)).toBe(true);
  expect(steps.replace(key, merged)).toBe(false);
  expect(units()).toEqual(["segment 1"]);
});

test.each([1, 10, 15, 30])("a merge is given up where lines up to %d were deleted meanwhile", (through) => {
  const merged = steps.prepare(key)!;
  steps.deleteLines(key, through);
  const left = units();
  expect(steps.replace(key, merged)).toBe(false);
  expect(units()).toEqual(left);
});

test("a merge is given up where another task has the id by now, be its attempt of the same shape", () => {
  const merged = steps.prepare(key)!;
  steps.deleteTask("task");
  steps.fill();
  expect(steps.replace(key, merged)).toBe(false);
  expect(units()).toEqual(["chunk 1", "chunk 11", "chunk 21"]);
});
