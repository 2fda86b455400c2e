import { expect, test } from "bun:test";
import { encodeFrame, type Line, linesOf, openFrame } from "@keruta/protocol";
import { feedUnit } from "../feed/feed-unit.ts";
import { logRecord } from "../log-record.ts";
import { makeFrame } from "../testing/make-frame.ts";
import { DecodedUnits } from "./decoded-units.ts";
import { LineSelection } from "./line-selection.ts";
import { sliceOf } from "./log-messages.ts";
import { SharedSlices } from "./shared-slices.ts";

const owner = { taskId: 'task "1"', attempt: 3 };
const texts = [
  "plain",
  "",
  'a "quoted" \\ back',
  "\u0000\u001b[31m\t\u2028",
  "日本語 🙂",
  "\ufeffmark",
  "x".repeat(5_000),
];

function unitOf(frame: Uint8Array) {
  return feedUnit(owner.attempt, { header: openFrame(frame).header, frame });
}

function mixedUnit() {
  const text = (sequence: number) => texts[sequence % texts.length]!;
  const fields = [
    [1, { pid: 7, attempt: "theirs" }],
    [4, { nested: { list: [1, null, "a"] } }],
  ] as const;
  return unitOf(makeFrame(11, 50, { text, fields, timeUs: 1_700_000_000_123_456 }));
}

function recordsOf(lines: Iterable<Line>): unknown[] {
  return [...lines].map((line) => ({ type: "log", ...logRecord(line, owner.taskId, owner.attempt) }));
}

test("a message says of a line exactly what REST says of it", () => {
  const decoded = new DecodedUnits().get(mixedUnit());
  const slice = sliceOf(decoded, owner, { next: 11, last: 60 }, new LineSelection());
  expect(slice.messages.map((message) => JSON.parse(message))).toEqual(recordsOf(linesOf(decoded.block)));
  expect(slice.next).toBe(61);
});

test("slices are bounded, follow each other without a gap, and hold only what was asked for", () => {
  const long = unitOf(
    makeFrame(1, 500, { text: (sequence) => `${sequence} ${"y".repeat(1_000)}`, source: 1 }),
  );
  const slices = new SharedSlices();
  const messages: string[] = [];
  for (let next = 1; next <= 500; ) {
    const slice = slices.get(long, owner, { next, last: 500 }, new LineSelection(["stderr"], ["INFO"]));
    expect(slice.length).toBeLessThan(70_000);
    messages.push(...slice.messages);
    next = slice.next;
  }
  expect(messages.map((message) => JSON.parse(message).sequence)).toEqual(
    Array.from({ length: 500 }, (_, index) => index + 1),
  );
  const none = slices.get(long, owner, { next: 1, last: 500 }, new LineSelection(["stdout"]));
  expect(none).toEqual({ messages: [], length: 0, next: 501 });
  const range = slices.get(long, owner, { next: 3, last: 5 }, new LineSelection());
  expect(range.messages.length).toBe(3);
});

test("viewers at the same place share a slice, and many units do not stay decoded", () => {
  const slices = new SharedSlices();
  const units = Array.from({ length: 40 }, (_, index) => unitOf(largeFrame(index * 100 + 1)));
  const at = (unit: (typeof units)[number]) => ({
    next: unit.header.firstSequence,
    last: unit.header.firstSequence + 99,
  });
  for (const unit of units) {
    const one = slices.get(unit, owner, at(unit), new LineSelection());
    expect(slices.get(unit, owner, at(unit), new LineSelection())).toBe(one);
    expect(one.next).toBeGreaterThan(unit.header.firstSequence);
  }
  // One whose memory was given to later ones is decoded again.
  const again = slices.get(units[0]!, owner, { next: 50, last: 60 }, new LineSelection());
  expect(JSON.parse(again.messages[0]!).message).toStartWith("50 ");
});

function largeFrame(first: number): Uint8Array {
  const frame = makeFrame(first, 100, { text: (sequence) => `${sequence} ${"z".repeat(5_000)}` });
  const { header, body } = openFrame(frame);
  return encodeFrame(header, body);
}
