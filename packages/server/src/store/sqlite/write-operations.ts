import type { End, Hello } from "@keruta/protocol";
import type {
  AppendOutcome,
  AttemptKey,
  Claimed,
  ClaimKey,
  DeletedLines,
  EndOutcome,
  GivenUp,
  InsertOutcome,
  NewInput,
  StoredAttempt,
  StoredInput,
  StoredTask,
  TaskChanges,
  TaskDetails,
} from "../log-store.ts";

/** What the writer does. Everything that travels between the threads is said here. */
export type WriteOperation =
  | { readonly type: "claim"; readonly taskId: string; readonly hello: Hello }
  | { readonly type: "append"; readonly claimed: ClaimKey; readonly frame: Uint8Array }
  | { readonly type: "insert"; readonly attempt: AttemptKey; readonly frame: Uint8Array }
  | { readonly type: "end"; readonly claimed: ClaimKey; readonly end: End }
  | { readonly type: "setWaiting"; readonly claimed: ClaimKey; readonly waiting: boolean }
  | {
      readonly type: "giveUp";
      readonly claimed: ClaimKey;
      readonly frame: Uint8Array;
      readonly reason: string;
      readonly endedAtUs: number;
    }
  | { readonly type: "createTask"; readonly taskId: string; readonly details: TaskDetails }
  | { readonly type: "updateTask"; readonly taskId: string; readonly changes: TaskChanges }
  | { readonly type: "deleteTask"; readonly taskId: string }
  | { readonly type: "deleteLines"; readonly attempt: AttemptKey; readonly through: number }
  | { readonly type: "addInput"; readonly taskId: string; readonly input: NewInput }
  | { readonly type: "takeInput"; readonly taskId: string; readonly id: number }
  | {
      readonly type: "settleInput";
      readonly attempt: AttemptKey;
      readonly id: number;
      readonly frame: Uint8Array;
    }
  | { readonly type: "replace"; readonly attempt: AttemptKey; readonly merged: Merged }
  | { readonly type: "reclaim" };

/** A merged unit that takes the place of the chunks it covers. */
export interface Merged {
  /** The row of the attempt whose chunks they are. */
  readonly attemptId: number;
  readonly into: "segment" | "chunk";
  readonly frame: Uint8Array;
  readonly fieldsBytes: number;
}

export interface WriteResults {
  claim: Claimed;
  append: AppendOutcome;
  insert: InsertOutcome;
  end: EndOutcome;
  setWaiting: StoredAttempt;
  giveUp: GivenUp | undefined;
  createTask: StoredTask;
  updateTask: StoredTask | undefined;
  deleteTask: boolean;
  deleteLines: DeletedLines;
  addInput: StoredInput;
  takeInput: boolean;
  settleInput: InsertOutcome | undefined;
  replace: boolean;
  reclaim: boolean;
}

export type WriteValue = WriteResults[keyof WriteResults];
