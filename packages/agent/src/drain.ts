import type { CapturedScript } from "./capture.ts";

const lookEveryMs = 20;

export interface DrainOptions {
  /** Time for reading. */
  readonly outputGraceMs: number;
  /** Time for waiting until what was read has somewhere to go. */
  readonly blockedGraceMs: number;
  readonly isBlocked: () => boolean;
}

/**
 * After the script's exit: reads its output to the end, or until the time is up, since something it
 * started may hold a pipe for as long as it likes. False where it was given up.
 */
export async function drain(capture: CapturedScript, options: DrainOptions): Promise<boolean> {
  let isDrained = false;
  const drained = capture.drained.then(() => {
    isDrained = true;
  });
  let readingMs = 0;
  let blockedMs = 0;
  for (let last = performance.now(); !isDrained; ) {
    await Promise.race([drained, Bun.sleep(lookEveryMs)]);
    const now = performance.now();
    if (options.isBlocked()) blockedMs += now - last;
    else readingMs += now - last;
    last = now;
    if (readingMs > options.outputGraceMs || blockedMs > options.blockedGraceMs) break;
  }
  if (!isDrained) capture.abandon();
  return isDrained;
}
