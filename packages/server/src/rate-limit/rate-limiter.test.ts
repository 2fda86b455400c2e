import { describe, expect, test } from "bun:test";
import type { Identity } from "../identity.ts";
import { RateLimitError } from "../rate-limit-error.ts";
import { RateLimiter } from "./rate-limiter.ts";

const rates = { requestsPerMinute: 60, burst: 5, connectionsPerMinute: 10, logsPerMinute: 600 };
const agent: Identity = { name: "agents", role: "agent" };
const viewer: Identity = { name: "ann", role: "viewer" };

let nowMs = 0;
const limiter = (isOn = true) => new RateLimiter(rates, isOn, () => nowMs);

/** How many of so many tries are let through. */
function passes(tries: number, attempt: () => void): number {
  let passed = 0;
  for (let i = 0; i < tries; i++) {
    try {
      attempt();
      passed++;
    } catch (error) {
      expect(error).toBeInstanceOf(RateLimitError);
      expect((error as RateLimitError).retryAfterSeconds).toBeGreaterThan(0);
    }
  }
  return passed;
}

describe("requests", () => {
  test("are counted by credential, and by address where there is none", () => {
    const limit = limiter();
    expect(passes(9, () => limit.demandRequest(viewer, "10.0.0.1", false))).toBe(5);
    expect(passes(9, () => limit.demandRequest(agent, "10.0.0.1", false))).toBe(5);
    expect(passes(9, () => limit.demandRequest(undefined, "10.0.0.1", false))).toBe(5);
    expect(passes(9, () => limit.demandRequest(undefined, "10.0.0.2", false))).toBe(5);
    expect(passes(1, () => limit.demandRequest(viewer, "10.0.0.3", false))).toBe(0);
  });

  test("for segments are another matter, of which there are more", () => {
    const limit = limiter();
    passes(9, () => limit.demandRequest(viewer, "", false));
    expect(passes(90, () => limit.demandRequest(viewer, "", true))).toBe(50);
  });

  test("an IPv6 customer's addresses are one", () => {
    const limit = limiter();
    let host = 0;
    const ask = () => limit.demandRequest(undefined, `2001:db8:1:2:${(host++).toString(16)}::1`, false);
    expect(passes(9, ask)).toBe(5);
    expect(passes(1, () => limit.demandRequest(undefined, "2001:db8:1:3::1", false))).toBe(1);
  });
});

describe("connections", () => {
  test("a thousand agents with one token come back at once after a restart; one that cannot stop is held back", () => {
    const limit = limiter();
    let task = 0;
    expect(passes(900, () => limit.demandConnection(agent, "10.0.0.1", `task-${task++}`))).toBe(900);
    expect(passes(50, () => limit.demandConnection(agent, "10.0.0.1", "restless"))).toBe(10);
    expect(passes(500, () => limit.demandConnection(agent, "10.0.0.1", `more-${task++}`))).toBe(90);
  });

  test("of somebody unknown are counted by address, whatever task they name", () => {
    const limit = limiter();
    let task = 0;
    expect(passes(50, () => limit.demandConnection(undefined, "10.0.0.9", `task-${task++}`))).toBe(10);
  });
});

describe("submitted lines", () => {
  test("go through up to the allowance, then their senders wait, and too long a wait is refused and costs nothing", async () => {
    const waitsMs: number[] = [];
    const sleep = async (ms: number) => void waitsMs.push(ms);
    const limit = new RateLimiter(rates, true, () => nowMs, sleep);
    await limit.paceLines(agent, "", 100);
    await limit.paceLines(agent, "", 49);
    await limit.paceLines(agent, "", 1);
    expect(waitsMs).toEqual([100, 5_000]);
    await expect(limit.paceLines(agent, "", 1)).rejects.toMatchObject({ code: "RATE_LIMIT_EXCEEDED" });
    nowMs += 6_000;
    await limit.paceLines(agent, "", 1);
    nowMs = 0;
  });

  test("from a socket are always taken, and say how long to read no more", () => {
    const limit = limiter();
    expect(limit.chargeLines(agent, "", 50)).toBe(0);
    expect(limit.chargeLines(agent, "", 60)).toBeGreaterThanOrEqual(1_000);
    expect(limit.chargeLines(agent, "", 100)).toBeGreaterThanOrEqual(11_000);
  });
});

test("log-ins are counted by address and by name, also where nothing else is", () => {
  const limit = limiter(false);
  expect(passes(50, () => limit.demandLogIn("10.0.0.1", "ann"))).toBe(10);
  let host = 0;
  expect(passes(100, () => limit.demandLogIn(`10.0.1.${host++}`, "ann"))).toBe(50);
  expect(passes(1_000, () => limit.demandRequest(undefined, "127.0.0.1", false))).toBe(1_000);
});
