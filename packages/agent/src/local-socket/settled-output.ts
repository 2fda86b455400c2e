import type { CapturedScript } from "../capture.ts";

export interface SettledOutputOptions {
  readonly script: () => CapturedScript | undefined;
  /** Whether a block that was read waits for room. */
  readonly isBlocked: () => boolean;
}

/** Long enough for one turn of the event loop, in which everything that can be read is. */
const turnMs = 1;
const blockedLookMs = 20;

/**
 * Resolves when everything the script had written before the call has been read and has its place in the log: when a
 * whole turn of the event loop has brought nothing more. What a script that never stops printing writes meanwhile
 * counts only for `maxTurns`.
 */
export async function settledOutput({ script, isBlocked }: SettledOutputOptions): Promise<void> {
  for (let turns = 0; turns < maxTurns; ) {
    const before = script()?.blocksRead;
    await Bun.sleep(isBlocked() ? blockedLookMs : turnMs);
    if (isBlocked()) continue;
    if (script()?.blocksRead === before) return;
    turns++;
  }
}

const maxTurns = 32;
