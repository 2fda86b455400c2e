import { type Level, levels } from "@keruta/protocol";
import { ApiError, askServer } from "../api-request.ts";
import { type LogDestination, UsageError } from "../config.ts";
import { say } from "../say.ts";
import { askAgent } from "./ask-agent.ts";
import { type LogRequest, socketVariable } from "./socket-request.ts";

export interface LogCommandOptions {
  /** LEVEL and MESSAGE. */
  readonly operands: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For a line that goes by HTTP. Throws `UsageError`. */
  readonly destination: () => LogDestination;
}

/** Other words for levels that are met in practice. */
const otherWords: Readonly<Record<string, Level>> = { WARNING: "WARN", TRACE: "DEBUG", FATAL: "ERROR" };

/**
 * `keruta-agent log`: adds a line to the log of the task. Within a script that an agent runs the line goes through that
 * agent, behind what the script has printed before; elsewhere, or where that agent is gone, by HTTP. Resolves with 0
 * when the line is in the agent's hands or the server's.
 */
export async function logCommand({ operands, environment, destination }: LogCommandOptions): Promise<number> {
  const request = requestOf(operands);
  const path = environment[socketVariable];
  const answer = path ? await askAgent(path, request) : undefined;
  if (answer === undefined) return post(request, destination());
  if ("ok" in answer) return 0;
  say(`cannot add the line: ${answer.error}`);
  return 1;
}

/** Throws `UsageError`. */
function requestOf([word, message, ...others]: readonly string[]): LogRequest {
  if (word === undefined || message === undefined || others.length > 0)
    throw new UsageError("log takes exactly two arguments: log LEVEL MESSAGE (quote a message with blanks)");
  const upper = word.toUpperCase();
  const level = levels.find((known) => known === upper) ?? otherWords[upper];
  if (level === undefined)
    throw new UsageError(`there is no level ${word}: give one of ${levels.join(", ")}`);
  return { level, message };
}

async function post(
  { level, message }: LogRequest,
  { taskId, server, leastLevel }: LogDestination,
): Promise<number> {
  if (levels.indexOf(level) < levels.indexOf(leastLevel)) return 0;
  const body = { source: "agent", level, message, timestamp: new Date().toISOString() };
  try {
    await askServer(server, { method: "POST", path: `/tasks/${encodeURIComponent(taskId)}/logs`, body });
    return 0;
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    say(`cannot add the line to the log of task ${taskId}: ${cause.message}`);
    return 1;
  }
}
