import { expect, test } from "bun:test";
import { Allowances } from "./allowance.ts";

let nowMs = 1_000_000;
const allowances = (perMinute: number, burst: number) => new Allowances({ perMinute, burst }, () => nowMs);

test("lets a burst through, then one each time there is one again, and says when", () => {
  const requests = allowances(60, 3);
  expect([1, 2, 3].map(() => requests.take("a"))).toEqual([0, 0, 0]);
  expect(requests.take("a")).toBe(1_000);
  nowMs += 400;
  expect(requests.take("a")).toBe(600);
  nowMs += 600;
  expect(requests.take("a")).toBe(0);
  expect(requests.take("a")).toBe(1_000);
});

test("what is refused costs nothing, and a rest gives back no more than a burst", () => {
  const requests = allowances(60, 2);
  for (let i = 0; i < 50; i++) requests.take("a");
  nowMs += 2_000;
  expect([1, 2].map(() => requests.take("a"))).toEqual([0, 0]);
  nowMs += 3_600_000;
  expect([1, 2, 3].map(() => requests.take("a"))).toEqual([0, 0, 1_000]);
});

test("keys do not take from each other", () => {
  const requests = allowances(60, 1);
  expect([requests.take("a"), requests.take("b")]).toEqual([0, 0]);
  expect(requests.take("a")).toBeGreaterThan(0);
});

test("more than there is can be spent at once: those behind it wait for it", () => {
  const lines = allowances(600, 1);
  lines.spend("a", 50);
  expect(lines.waitMs("a")).toBe(5_000);
});

test("without a rate there is no limit", () => {
  const open = allowances(0, 0);
  for (let i = 0; i < 1_000; i++) expect(open.take("a")).toBe(0);
});

test("a crowd of keys makes it forget the one that has been away longest, not the one that insists", () => {
  const requests = allowances(1, 1);
  requests.take("first");
  requests.take("insists");
  for (let i = 0; i < 9_998; i++) requests.spend(`crowd ${i}`, 1);
  requests.spend("insists", 1);
  requests.spend("one more", 1);
  expect(requests.waitMs("insists")).toBeGreaterThan(0);
  expect(requests.waitMs("first")).toBe(0);
});
