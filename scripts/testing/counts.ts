export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const none: Counts = { passed: 0, failed: 0, skipped: 0 };
export const onePassed: Counts = { passed: 1, failed: 0, skipped: 0 };
export const oneFailed: Counts = { passed: 0, failed: 1, skipped: 0 };

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * What a run of `bun test` came to. A run that ends badly without a failed test of its own (it crashed,
 * did not load, was stopped) counts as a failed one; so does a run that says nothing of its tests.
 */
export function countsOf(output: string, exitCode: number): Counts {
  const passed = figure(output, "pass");
  const skipped = (figure(output, "skip") ?? 0) + (figure(output, "todo") ?? 0);
  const failed = figure(output, "fail") ?? 0;
  const endedBadly = passed === undefined || (exitCode !== 0 && failed === 0);
  return { passed: passed ?? 0, failed: failed + (endedBadly ? 1 : 0), skipped };
}

/** The last line that says " 12 pass" is Bun's; an earlier one may be a test's own. */
function figure(output: string, word: string): number | undefined {
  const line = [...output.matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))].at(-1);
  return line === undefined ? undefined : Number(line[1]);
}

/** The line a run ends with. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

/** Nothing run is nothing shown. */
export function isSuccess({ passed, failed }: Counts): boolean {
  return failed === 0 && passed > 0;
}
