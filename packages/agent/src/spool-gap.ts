import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { pack, unpack } from "@keruta/protocol";

/**
 * What stands in the spool for lines that are no longer in it: one line of the agent's own, and how
 * much later files' sequences go down by, since that line takes the place of many. A gap is written
 * beside the files it replaces and renamed into place, so that it is there wholly or not at all; files
 * in `[firstFile, lastFile]` that are still there afterwards are void.
 */
export interface SpoolGap {
  readonly firstFile: number;
  readonly lastFile: number;
  readonly sequence: number;
  readonly lines: number;
  readonly bytes: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** The chunk of the one line. */
  readonly frame: Uint8Array;
  /** [last file it is for, how much its sequences go down by]; later files were numbered right when written. */
  readonly renumberings: readonly (readonly [lastFile: number, by: number])[];
}

export function readGap(path: string): SpoolGap {
  return unpack(new Uint8Array(readFileSync(path))) as SpoolGap;
}

export function writeGap(path: string, gap: SpoolGap): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, pack(gap), { mode: 0o600 });
  renameSync(temporary, path);
}

/** Whether file `number` is part of what the gap stands for. The gap's own number is its last file's. */
export function replaces(gap: SpoolGap, number: number): boolean {
  return gap.firstFile <= number && number <= gap.lastFile;
}

/** What has to be taken off the sequences stored in file `number`, for the gaps before it. */
export function renumberingOf(number: number, gaps: readonly SpoolGap[]): number {
  let by = 0;
  for (const gap of gaps)
    if (gap.lastFile < number)
      for (const [lastFile, lines] of gap.renumberings) if (number <= lastFile) by += lines;
  return by;
}

/** Whether the gap still says something about file `number`. */
export function renumbers(gap: SpoolGap, number: number): boolean {
  return number > gap.lastFile && gap.renumberings.some(([lastFile]) => number <= lastFile);
}
