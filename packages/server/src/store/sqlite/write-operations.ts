import type { End, Hello } from "@keruta/protocol";
import type { AppendOutcome, AttemptKey, Claimed, ClaimKey, EndOutcome } from "../log-store.ts";

/** What the writer does. Everything that travels between the threads is said here. */
export type WriteOperation =
  | { readonly type: "claim"; readonly taskId: string; readonly hello: Hello }
  | { readonly type: "append"; readonly claimed: ClaimKey; readonly frame: Uint8Array }
  | { readonly type: "end"; readonly claimed: ClaimKey; readonly end: End }
  | { readonly type: "replace"; readonly attempt: AttemptKey; readonly merged: Merged }
  | { readonly type: "reclaim" };

/** A merged unit that takes the place of the chunks it covers. */
export interface Merged {
  readonly into: "segment" | "chunk";
  readonly frame: Uint8Array;
  readonly fieldsBytes: number;
}

export type WriteValue = Claimed | AppendOutcome | EndOutcome | boolean;

export interface WriteResults {
  claim: Claimed;
  append: AppendOutcome;
  end: EndOutcome;
  replace: boolean;
  reclaim: boolean;
}
