import type { Api } from "./api.ts";
import { SegmentIndex } from "./segment-index.ts";

/**
 * A line from which nothing later than `timeUs` is missed, near the first that is not earlier: the
 * first of its segment. Costs one manifest and no segment.
 */
export async function firstLineSince(
  api: Api,
  taskId: string,
  attempt: number,
  timeUs: number,
): Promise<number> {
  const answer = await api.manifest(taskId, attempt);
  if (answer === "unchanged") return 1;
  const index = new SegmentIndex();
  index.add(answer.manifest);
  return index.findTime(timeUs)?.firstSequence ?? index.sealedThrough + 1;
}
