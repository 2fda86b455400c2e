/** Where text for a script's standard input goes. */
export interface ScriptInput {
  /** As a process of the script sees it in `/proc/PID/fd`. */
  readonly names: readonly string[];
  /** Resolves when nothing of it is left here, in order. Rejects where the script can no longer read it. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** What was written is all there is. */
  end(): Promise<void>;
}
