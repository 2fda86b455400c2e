/** The server cannot start, and the operator must act. The message says what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}
