import { expect, test } from "bun:test";
import type { AttemptSummary } from "@keruta/protocol";
import type { LogUpdate } from "../worker/messages.ts";
import { knownLinesOf, type OpenedTaskState, readLogOf } from "./opened-task.ts";

function stateOf(head: number, summary: Partial<AttemptSummary>): OpenedTaskState {
  const log = { head, first: 1, summary: { head: 0, ...summary } } as LogUpdate;
  return { task: undefined, attempts: [], attempt: 1, failure: undefined, log };
}

test("a log whose lines have not come yet is not taken for an empty one", () => {
  const coming = stateOf(0, { head: 99 });
  expect(readLogOf(coming)).toBeUndefined();
  expect(knownLinesOf(coming.log!)).toBe(99);
});

test("an empty log, one whose lines were all deleted, and one that has come are what they are", () => {
  for (const state of [stateOf(0, {}), stateOf(0, { head: 9, deletedThrough: 9 }), stateOf(5, { head: 3 })])
    expect(readLogOf(state)).toBe(state.log!);
  expect(knownLinesOf(stateOf(5, { head: 3 }).log!)).toBe(5);
});
