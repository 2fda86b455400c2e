import type { Level, Source, TaskStatus } from "@keruta/protocol";
import type { Identity } from "./identity.ts";
import type { NewInput, StoredInput, StoredTask, TaskChanges, TaskDetails } from "./store/log-store.ts";

/**
 * What can be done to a task from outside, whichever way it was asked for (REST, a JSON message). Every method is for an
 * `identity` that the caller has checked to be allowed; it is named in the log where the log says who did something.
 *
 * Everything answered is durable, and told to viewers after it is. Rejections are `KerutaError`s.
 */
export interface TaskActions {
  /**
   * Adds lines to the task's newest attempt, running or ended, in the order given, or to a new attempt where there is none.
   * An unknown task is created where the server is set to, else TASK_NOT_FOUND. Submissions to a task are stored in the order in which they
   * were made. At most `limits.maxSubmittedLines` and `limits.maxSubmittedBytes`, which the caller has checked. Rejects with
   * INVALID_LOG_FORMAT or PAYLOAD_TOO_LARGE where a line cannot be stored; then none of them is.
   *
   * Lines that fit a chunk (`limits.maxChunkRawBytes`, `limits.maxFieldsBytes`) are stored all or none. Of more, those
   * of the first chunks are there where the store failed at a later one.
   */
  submit(identity: Identity, taskId: string, submission: Submission): Promise<Submitted>;

  /** Rejects with TASK_ALREADY_EXISTS. */
  createTask(taskId: string, details: TaskDetails): Promise<StoredTask>;

  /** Rejects with TASK_NOT_FOUND. */
  updateTask(taskId: string, changes: TaskChanges): Promise<StoredTask>;

  /** Removes the task and its log. An agent that is running it is told to stop first. Rejects with TASK_NOT_FOUND. */
  deleteTask(identity: Identity, taskId: string): Promise<void>;

  /**
   * Moves the task to a status, with what else was reported. The same status again is no error. Rejects with TASK_NOT_FOUND,
   * TASK_ALREADY_COMPLETED, INVALID_STATUS_TRANSITION (also where an agent that streams runs the task: it says itself how that
   * ends).
   */
  setStatus(identity: Identity, taskId: string, change: StatusChange): Promise<StoredTask>;

  /**
   * Queues text for the script's standard input; it reaches the script as soon as its agent can be reached, at any time.
   * What nobody has taken when the attempt ends is dropped, and its log says so. Rejects with TASK_NOT_FOUND, TASK_ALREADY_COMPLETED where
   * the newest attempt has ended (and was not only given up), INVALID_INPUT where it is too long, RATE_LIMIT_EXCEEDED where too many wait.
   */
  sendInput(taskId: string, input: NewInput): Promise<StoredInput>;

  /** For agents that poll: the oldest input, which is then taken. Undefined: none waits. */
  takeInput(taskId: string): Promise<StoredInput | undefined>;

  /**
   * Ends what runs of the task: a connected agent is told to (now or when it comes back), a task without an agent is CANCELLED at once. Not an
   * error where it is being cancelled already: who asked first is told of. Rejects with TASK_NOT_FOUND, TASK_ALREADY_COMPLETED where it has
   * ended (and was not only given up).
   */
  cancel(identity: Identity, taskId: string, reason?: string): Promise<StoredTask>;

  /**
   * Deletes lines: all, or those before the first one later than `throughUs`. `attempt` absent: of every attempt. Answers how many
   * went. Rejects with TASK_NOT_FOUND, ATTEMPT_NOT_FOUND.
   */
  deleteLogs(
    taskId: string,
    range: { readonly throughUs?: number; readonly attempt?: number },
  ): Promise<number>;
}

/** A line as somebody submits it, checked and with the documented spellings made ours. */
export interface SubmittedLine {
  /** When it happened; absent: now. One that is earlier than the line before in a submission gets that one's. */
  readonly timeUs?: number;
  readonly source: Source;
  readonly level: Level;
  /** May hold newlines: it stays one line. */
  readonly text: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface Submission {
  readonly lines: readonly SubmittedLine[];
  /**
   * A producer that numbers its lines 1, 2, … within a run of its own: what it sends twice is stored once. Its run is an attempt of
   * its own. Lines past the next number are refused (SEQUENCE_GAP). Absent: every line is a new one.
   */
  readonly run?: { readonly runId: string; readonly firstNumber: number };
}

export interface Submitted {
  readonly attempt: number;
  readonly accepted: number;
  readonly duplicates: number;
  /** Stored sequences of the lines accepted; both 0 where none was. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** The last number of the producer's own that is durable; absent without a run. */
  readonly lastNumber?: number;
  /** Times of the lines accepted, as stored. */
  readonly timesUs: readonly number[];
}

export interface StatusChange {
  readonly status: TaskStatus;
  readonly message?: string;
  readonly progress?: number;
  readonly errorCode?: string;
  readonly exitCode?: number;
  readonly endedAtUs?: number;
}
