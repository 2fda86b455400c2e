import { resolve } from "node:path";
import { askServer } from "../api-request.ts";
import { scriptCommand } from "../command.ts";
import type { TaskScriptRun } from "../config.ts";
import type { PreparedScript } from "./prepared-script.ts";
import { removeScriptFile, writeScriptFile } from "./script-file.ts";
import { languageCommand } from "./script-language.ts";
import { readTaskScript, type TaskScript } from "./task-script.ts";
import { TaskScriptError } from "./task-script-error.ts";

/**
 * Gets the task's script from the server and puts it into a directory of its own below the work directory, where it is
 * run. Throws `TaskScriptError`, or what the signal is aborted with.
 */
export async function prepareTaskScript(run: TaskScriptRun, signal: AbortSignal): Promise<PreparedScript> {
  const script = await fetchScript(run, signal);
  const directory = resolve(run.workDirectory, ".keruta", "scripts", crypto.randomUUID());
  const path = write(directory, script, run.taskId);
  const { environment, timeoutMs, workDirectory } = script;
  return {
    command: languageCommand(path, script.content, script.language) ?? scriptCommand(path, []),
    environment,
    workDirectory: resolve(run.workDirectory, workDirectory ?? ""),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    remove: () => removeScriptFile(directory),
  };
}

async function fetchScript({ server, taskId }: TaskScriptRun, signal: AbortSignal): Promise<TaskScript> {
  try {
    const path = `/tasks/${encodeURIComponent(taskId)}/script`;
    const { body } = await askServer(server, { method: "GET", path, signal });
    return readTaskScript(body);
  } catch (cause) {
    signal.throwIfAborted();
    const message = `cannot get the script of task ${taskId}: ${(cause as Error).message}`;
    throw new TaskScriptError("SCRIPT_FETCH_ERROR", message, { cause });
  }
}

function write(directory: string, script: TaskScript, taskId: string): string {
  try {
    return writeScriptFile(directory, script);
  } catch (cause) {
    const message = `cannot write the script of task ${taskId} into ${directory}: ${(cause as Error).message}`;
    throw new TaskScriptError("SCRIPT_WRITE_ERROR", message, { cause });
  }
}
