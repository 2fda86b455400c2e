import { CommandError, commandError } from "./command.ts";
import type { Run } from "./config.ts";
import { type Ending, failedEnding } from "./ending.ts";
import { commandText } from "./script/prepare-script.ts";
import { agentFailureExitCode, TaskScriptError } from "./script/task-script-error.ts";

export interface StartFailure {
  readonly message: string;
  readonly ending: Ending;
}

/** Why a script could not be started, for its log, and what becomes of the attempt. */
export function startFailure(run: Run, cause: unknown): StartFailure {
  const { exitCode, message } = asFailure(run, cause);
  return { message, ending: failedEnding(exitCode, message) };
}

function asFailure(run: Run, cause: unknown): { exitCode: number; message: string } {
  if (cause instanceof TaskScriptError) return { exitCode: agentFailureExitCode, message: cause.message };
  if (cause instanceof CommandError) return cause;
  return commandError(nameOf(run), cause as NodeJS.ErrnoException);
}

function nameOf(run: Run): string {
  if ("command" in run) return run.command[0]!;
  return "script" in run ? run.script : commandText(run);
}
