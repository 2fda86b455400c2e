import { type FollowEvent, type FollowOptions, follow, type LinesEvent } from "@keruta/client";
import { type AttemptSummary, lastSequence } from "@keruta/protocol";
import type { LineRenderer } from "./line-renderer.ts";
import type { Output } from "./output.ts";
import type { PartialView } from "./partial-view.ts";
import { say } from "./say.ts";

export interface PrintOptions {
  readonly renderer: LineRenderer;
  readonly output: Output;
  /** Where unended text is shown; absent: nowhere. */
  readonly partials?: PartialView | undefined;
  /** Stop after this line; absent: go on until the attempt ends. */
  readonly through?: number | undefined;
}

/**
 * Prints an attempt's lines as they come, no faster than the output takes them. Resolves with the
 * attempt as it was last seen; undefined: it never began.
 */
export async function printLog(what: FollowOptions, how: PrintOptions): Promise<AttemptSummary | undefined> {
  const notes = new ConnectionNotes(what.taskId);
  let summary: AttemptSummary | undefined;
  for await (const event of follow(what)) {
    await print(event, how);
    notes.note(event);
    if (event.type === "subscribed") summary = event.attempt ?? summary;
    if (event.type === "end") summary = event.summary;
    if (how.through !== undefined && reached(event) >= how.through) break;
  }
  await how.output.write(how.renderer.finish());
  return summary;
}

async function print(
  event: FollowEvent,
  { output, renderer, partials, through }: PrintOptions,
): Promise<void> {
  switch (event.type) {
    case "lines":
      await output.write(Buffer.from(partials?.clear() ?? ""));
      return output.write(renderer.render(event.block, event.start, endOf(event, through)));
    case "partial":
      return output.write(Buffer.from(partials?.show(event.source, event.text) ?? ""));
    case "attempt":
    case "scanned":
      return;
    default:
      return output.write(Buffer.from(partials?.clear() ?? ""));
  }
}

function endOf({ block }: LinesEvent, through = Number.MAX_SAFE_INTEGER): number {
  return Math.min(block.lineCount, through - block.header.firstSequence + 1);
}

/** The last line that is done with after this event. */
function reached(event: FollowEvent): number {
  switch (event.type) {
    case "lines":
      return lastSequence(event.block.header);
    case "scanned":
      return event.sequence;
    case "subscribed":
      return event.from - 1;
    default:
      return -1;
  }
}

/** Tells of what a reader of the log would wonder about. */
class ConnectionNotes {
  #wasCut = false;

  constructor(private readonly taskId: string) {}

  note(event: FollowEvent): void {
    if (event.type === "connection" && event.state === "waiting") {
      this.#wasCut = true;
      say(`cut off: ${event.reason}; trying again in ${(event.retryInMs / 1_000).toFixed(1)} s`);
    }
    if (event.type !== "subscribed") return;
    if (this.#wasCut) say("connected again");
    this.#wasCut = false;
    if (event.attempt === undefined) say(`waiting for task ${this.taskId} to begin`);
  }
}
