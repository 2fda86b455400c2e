import { scriptCommand } from "./command.ts";
import type { Run } from "./config.ts";

/** What is run, and with what beside our own surroundings. */
export interface PreparedScript {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Must be there. */
  readonly workDirectory?: string;
  readonly timeoutMs?: number;
  /** Removes what was put somewhere for it. */
  readonly remove?: () => void;
}

/** Throws `CommandError` or `TaskScriptError`, or what the signal is aborted with. */
export async function prepareScript(run: Run, signal: AbortSignal): Promise<PreparedScript> {
  if ("command" in run) return { command: run.command };
  if ("script" in run) return { command: scriptCommand(run.script, run.args) };
  const { prepareTaskScript } = await import("./script/prepare-task-script.ts");
  return prepareTaskScript(run, signal);
}

/** As a person would say it. */
export function commandText(run: Run): string {
  if ("command" in run) return run.command.join(" ");
  return "script" in run ? [run.script, ...run.args].join(" ") : `the script of task ${run.taskId}`;
}
