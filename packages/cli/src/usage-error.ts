/** The command was called in a way it does not understand. Exit 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
