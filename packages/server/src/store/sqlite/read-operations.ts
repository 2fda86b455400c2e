import type {
  AttemptKey,
  SegmentAddress,
  StoredAttempt,
  StoredInput,
  StoredManifest,
  StoredTask,
  TaskQuery,
  Unit,
  Unsealed,
} from "../log-store.ts";
import type { Merged } from "./write-operations.ts";

/** What the reader does: everything that only looks, and the making of merged units. */
export type ReadOperation =
  | {
      readonly type: "read";
      readonly attempt: AttemptKey;
      readonly sequence: number;
      readonly maxBytes: number;
    }
  | { readonly type: "manifest"; readonly attempt: AttemptKey; readonly after: number }
  | {
      readonly type: "segment";
      readonly attempt: AttemptKey;
      readonly address: SegmentAddress;
      readonly as: "zstd" | "plain";
    }
  | { readonly type: "tasks"; readonly query: TaskQuery }
  | { readonly type: "countTasks"; readonly query: Pick<TaskQuery, "status" | "q"> }
  | { readonly type: "task"; readonly taskId: string }
  | { readonly type: "attempts"; readonly taskId: string }
  | { readonly type: "running" }
  | { readonly type: "inputs"; readonly taskId: string }
  | { readonly type: "prepareMerge"; readonly attempt: AttemptKey }
  | { readonly type: "unsealed" };

export interface ReadResults {
  read: Unit[];
  manifest: StoredManifest | undefined;
  segment: Uint8Array | undefined;
  tasks: StoredTask[];
  countTasks: number;
  task: StoredTask | undefined;
  attempts: StoredAttempt[];
  running: StoredAttempt[];
  inputs: StoredInput[];
  prepareMerge: Merged | undefined;
  unsealed: Unsealed[];
}

export type ReadValue = ReadResults[keyof ReadResults];
