import { expect, test } from "bun:test";
import { Backoff, reconnectMaxMs, reconnectMinMs } from "./backoff.ts";

test("the ceiling doubles up to its bound, and starts over after a good connection", () => {
  const longest = new Backoff(() => 1);
  const delays = Array.from({ length: 8 }, () => longest.nextDelayMs());
  expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  longest.reset();
  expect(longest.nextDelayMs()).toBe(reconnectMinMs);
});

test("the jitter is full: anything from nearly nothing to the ceiling", () => {
  const shortest = new Backoff(() => 0);
  for (let i = 0; i < 8; i++) expect(shortest.nextDelayMs()).toBeLessThan(reconnectMinMs);
  const middle = new Backoff(() => 0.5);
  for (let i = 0; i < 8; i++) middle.nextDelayMs();
  expect(middle.nextDelayMs()).toBeCloseTo(reconnectMaxMs / 2, -2);
});
