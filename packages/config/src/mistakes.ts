/** What an operator gave cannot be used. Every mistake is told at once, one a line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join("\n"));
  }
}

/** Throws `ConfigError` where there are any. */
export function refuse(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new ConfigError(mistakes);
}
