import type { AttemptSummary, Level, Source, TaskRecord } from "@keruta/protocol";
import type { Run } from "../log-view/text-style.ts";

/**
 * What the page and its worker say to each other. The worker talks with the server, keeps the lines and
 * decodes; the page only ever holds the rows it shows. `view` numbers the opened logs, so that an answer about one
 * that has been left is told apart.
 */

/** A line, ready to draw. */
export interface Row {
  /** 0: text that has not been ended by a newline yet. */
  readonly sequence: number;
  readonly timeUs: number;
  readonly source: Source;
  readonly level: Level;
  /** No newline ended it: the next line of this source goes on. */
  readonly isContinued: boolean;
  readonly runs: readonly Run[];
  /** Bytes of the line that are not in `runs`. */
  readonly cutBytes: number;
}

export type ToWorker =
  /** Answered by `answered` with the same `id`. */
  | { readonly type: "ask"; readonly id: number; readonly ask: Ask }
  /** What is known of the tasks; changes come by themselves. */
  | { readonly type: "list-tasks" }
  /** The next page of older tasks. */
  | { readonly type: "more-tasks" }
  /** Opening a view again starts it over. `count`: as for `follow`. */
  | {
      readonly type: "open-log";
      readonly view: number;
      readonly taskId: string;
      /** Absent: the newest. */
      readonly attempt?: number;
      readonly count: number;
    }
  | { readonly type: "close-log"; readonly view: number }
  /** The lines the page wants to have: `count` from line `first`, or the last `count` as they come. */
  | { readonly type: "window"; readonly view: number; readonly first: number; readonly count: number }
  | { readonly type: "follow"; readonly view: number; readonly count: number }
  /** The page has drawn the last `log` message; the next is not sent before. */
  | { readonly type: "drawn"; readonly view: number };

/** What a person does. */
export type Ask =
  | { readonly ask: "input"; readonly taskId: string; readonly text: string; readonly eof: boolean }
  | { readonly ask: "cancel"; readonly taskId: string }
  | { readonly ask: "sign-in"; readonly token: string }
  | { readonly ask: "sign-in"; readonly username: string; readonly password: string }
  | { readonly ask: "sign-out" };

/** Who is looking. */
export type SessionState =
  | { readonly state: "unknown" }
  /** The server wants to know first. */
  | { readonly state: "signed-out" }
  | {
      readonly state: "known";
      readonly name: string;
      readonly role: string;
      /** Actions that are allowed. */
      readonly may: readonly string[];
      readonly isRequired: boolean;
    };

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  | { readonly state: "waiting"; readonly reason: string; readonly retryAtMs: number };

export interface LogUpdate {
  readonly view: number;
  readonly summary: AttemptSummary;
  /** The line of the first row: those before it were deleted. */
  readonly first: number;
  readonly head: number;
  readonly levelCounts: Readonly<Record<Level, number>>;
  readonly partials: readonly Row[];
  readonly connection: Connection;
  readonly ended: boolean;
  readonly error?: string;
  /** The newest rows, while following. */
  readonly rows: readonly Row[];
}

export type FromWorker =
  | { readonly type: "session"; readonly session: SessionState }
  /** An `ask` was done, or why it was not. */
  | { readonly type: "answered"; readonly id: number; readonly failure?: string }
  | {
      readonly type: "tasks";
      readonly tasks: readonly TaskRecord[];
      /** Whether the server has been read at least once. */
      readonly isLoaded: boolean;
      readonly hasMore: boolean;
      readonly connection: Connection;
    }
  | { readonly type: "tasks-failed"; readonly message: string }
  | {
      readonly type: "task";
      readonly view: number;
      readonly task: TaskRecord;
      readonly attempts: readonly AttemptSummary[];
      /** The attempt whose log is open; absent: there is none yet. */
      readonly attempt?: number;
    }
  | {
      readonly type: "task-failed";
      readonly view: number;
      readonly isMissing: boolean;
      readonly message: string;
    }
  | ({ readonly type: "log" } & LogUpdate)
  /** Some of the rows of a `window`, in order and without holes. */
  | { readonly type: "rows"; readonly view: number; readonly rows: readonly Row[] };
