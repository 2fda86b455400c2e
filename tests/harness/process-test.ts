import { test as bunTest } from "bun:test";

/**
 * A test of whole programs. The waits in it have limits of their own, which say what was waited for;
 * this one is for a test that hangs elsewhere.
 */
export function test(what: string, run: () => Promise<void>): void {
  bunTest(what, run, testLimitMs);
}

const testLimitMs = 180_000;
