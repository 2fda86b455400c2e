import { expect, test } from "bun:test";
import { Backoff } from "./backoff.ts";

test("the bound doubles up to its limit, and starts over", () => {
  const backoff = new Backoff({ minMs: 100, maxMs: 30_000, random: () => 0.5 });
  const delays = Array.from({ length: 11 }, () => backoff.nextMs());
  expect(delays).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
  backoff.reset();
  expect(backoff.nextMs()).toBe(50);
});

test("a week of trying does not overflow", () => {
  const backoff = new Backoff({ minMs: 100, maxMs: 30_000, random: () => 0.999 });
  for (let i = 0; i < 20_000; i++) expect(backoff.nextMs()).toBeLessThanOrEqual(30_000);
});
