import { scriptCommand } from "../command.ts";
import type { Run } from "../config.ts";
import type { PreparedScript } from "./prepared-script.ts";

/** Throws `CommandError` or `TaskScriptError`, or what the signal is aborted with. */
export async function prepareScript(run: Run, signal: AbortSignal): Promise<PreparedScript> {
  if ("command" in run) return { command: run.command };
  if ("script" in run) return { command: scriptCommand(run.script, run.args) };
  const { prepareTaskScript } = await import("./prepare-task-script.ts");
  return prepareTaskScript(run, signal);
}

/** As a person would say it. */
export function commandText(run: Run): string {
  if ("command" in run) return run.command.join(" ");
  return "script" in run ? [run.script, ...run.args].join(" ") : `the script of task ${run.taskId}`;
}
