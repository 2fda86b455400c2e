import { levelCode, levels, type Subscribe, sourceCode } from "@keruta/protocol";

/** Whether a unit with this count table has a line the viewer wants. Undefined: it wants all. */
export type LineFilter = ((counts: readonly number[]) => boolean) | undefined;

export function lineFilter({ sources, levels: wanted }: Pick<Subscribe, "sources" | "levels">): LineFilter {
  if (sources === undefined && wanted === undefined) return undefined;
  const sourceCodes = (sources ?? (["stdout", "stderr", "agent"] as const)).map(
    (source) => sourceCode[source],
  );
  const levelCodes = (wanted ?? levels).map((level) => levelCode[level]);
  const cells = sourceCodes.flatMap((source) => levelCodes.map((level) => source * levels.length + level));
  return (counts) => cells.some((cell) => counts[cell]! > 0);
}
