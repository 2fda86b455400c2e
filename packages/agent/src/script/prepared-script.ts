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
