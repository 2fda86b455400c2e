import { type FollowOptions, firstLineSince, LineMatcher, requireTaskId } from "@keruta/client";
import { type AttemptSummary, type Level, linesKept, type Source, sources } from "@keruta/protocol";
import { connectTo, decompress, type ServerConnection, type ServerOptions } from "../connect.ts";
import { exitCodeOf } from "../exit-code.ts";
import { findAttempt } from "../find-attempt.ts";
import { JsonRenderer } from "../json-renderer.ts";
import type { LineChoice, LineRenderer } from "../line-renderer.ts";
import { Output } from "../output.ts";
import { PartialView } from "../partial-view.ts";
import { PlainRenderer } from "../plain-renderer.ts";
import { printLog } from "../print-log.ts";
import { TerminalRenderer } from "../terminal-renderer.ts";
import { isoTime, parseSince } from "../times.ts";

export interface LogsOptions extends ServerOptions {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly tail?: number;
  readonly since?: string;
  readonly source?: readonly Source[];
  readonly level?: readonly Level[];
  readonly timestamps?: boolean;
  readonly json?: boolean;
  readonly exitCode?: boolean;
}

/** Returns the exit code. */
export async function logs(taskId: string, options: LogsOptions): Promise<number> {
  requireTaskId(taskId);
  const sinceUs = options.since === undefined ? 0 : parseSince(options.since, Date.now());
  const server = connectTo(options);
  const filter = { sources: options.source, levels: options.level };
  const choice = { matcher: new LineMatcher(filter), sinceUs };
  const renderer = rendererFor(options, choice);
  const how = { renderer, output: new Output(1), partials: partialsFor(options, renderer) };
  const what = { ...server, taskId, decompress, ...filter, tail: options.tail, attempt: options.attempt };
  const last = options.follow
    ? await printLog(await fromSince(what, server, sinceUs), how)
    : await printStored(what, server, sinceUs, how);
  return options.exitCode && last !== undefined ? exitCodeOf(last) : 0;
}

/** What is durable now, and no more. */
async function printStored(
  what: FollowOptions,
  server: ServerConnection,
  sinceUs: number,
  how: { renderer: LineRenderer; output: Output },
): Promise<AttemptSummary | undefined> {
  const found = await findAttempt(server.api, what.taskId, what.attempt);
  if (found === undefined || linesKept(found) === 0) return found;
  // The head may have moved on since: the tail is that of what is printed.
  const tailed =
    what.tail === undefined ? {} : { tail: undefined, from: Math.max(1, found.head - what.tail + 1) };
  const placed = await fromSince({ ...what, ...tailed, attempt: found.attempt }, server, sinceUs);
  return printLog(placed, { ...how, through: found.head });
}

/** Skips the history before `sinceUs` where that is known; the renderer leaves out the rest. */
async function fromSince(
  what: FollowOptions,
  { api }: ServerConnection,
  sinceUs: number,
): Promise<FollowOptions> {
  if (sinceUs === 0 || what.tail !== undefined || what.from !== undefined) return what;
  const attempt = await findAttempt(api, what.taskId, what.attempt).catch(() => undefined);
  if (attempt === undefined) return what;
  const from = await firstLineSince(api, what.taskId, attempt.attempt, sinceUs);
  return { ...what, attempt: attempt.attempt, from };
}

function rendererFor({ json, timestamps = false }: LogsOptions, choice: LineChoice): LineRenderer {
  if (json) return new JsonRenderer(choice);
  if (process.stdout.isTTY) return new TerminalRenderer(choice, { timestamps, colours: coloursWanted() });
  if (!timestamps) return new PlainRenderer(choice);
  return new PlainRenderer(choice, (block, index) => Buffer.from(`${isoTime(block.timeUs(index))} `));
}

/** Only for a person who watches: unended text is no line yet, and has no level. */
function partialsFor(
  { follow, level, source = sources }: LogsOptions,
  renderer: LineRenderer,
): PartialView | undefined {
  if (!follow || level !== undefined || !(renderer instanceof TerminalRenderer)) return undefined;
  return new PartialView(source, coloursWanted(), () => renderer.isMidLine);
}

/** https://no-color.org: set and not empty. */
function coloursWanted(): boolean {
  const { NO_COLOR } = process.env;
  return NO_COLOR === undefined || NO_COLOR === "";
}
