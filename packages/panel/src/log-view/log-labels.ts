import type { Source } from "@keruta/protocol";

/** The words the log surface itself shows. */
export interface LogLabels {
  /** Short tags: stdout is the rule and says nothing. */
  readonly sources: Readonly<Record<Source, string>>;
  readonly continued: string;
  readonly cut: (bytes: number) => string;
}
