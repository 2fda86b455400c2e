/** A task's script as the server has it. */
export interface TaskScript {
  readonly content: string;
  readonly language: string | undefined;
  readonly filename: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly workDirectory: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Reads the answer of `GET /tasks/{id}/script`: what is run is `script.content`, else `script.executeScript`. Throws a
 * sentence where there is neither.
 */
export function readTaskScript(answer: unknown): TaskScript {
  const { script, environment } = recordOf(answer);
  const { content, executeScript, language, filename, parameters } = recordOf(script);
  const { timeout, workDir, env } = recordOf(parameters);
  const text = textOf(content) ?? textOf(executeScript);
  if (text === undefined) throw new Error("the task's script is empty");
  return {
    content: text,
    language: textOf(language),
    filename: textOf(filename),
    timeoutMs: secondsOf(timeout),
    workDirectory: textOf(workDir),
    environment: { ...variablesOf(environment), ...variablesOf(env) },
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === "string" ? Number(value) : value;
  return typeof seconds === "number" && seconds > 0 ? Math.ceil(seconds * 1_000) : undefined;
}

function variablesOf(value: unknown): Record<string, string> {
  const entries = Object.entries(recordOf(value));
  return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]));
}
