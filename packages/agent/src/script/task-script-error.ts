/** The script of a task could not be had. */
export class TaskScriptError extends Error {
  constructor(
    /** As documented for a task's `errorCode`. */
    readonly code: "SCRIPT_FETCH_ERROR" | "SCRIPT_WRITE_ERROR",
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options);
  }
}

/** What `env` and `timeout` exit with when they fail themselves. */
export const agentFailureExitCode = 125;
