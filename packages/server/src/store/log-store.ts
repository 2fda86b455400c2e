import type {
  AttemptState,
  AttemptSummary,
  ChunkHeader,
  End,
  Hello,
  ManifestSegment,
  TaskStatus,
} from "@keruta/protocol";

/**
 * Where lines are kept. One contract, held to by one conformance suite (`log-store.cases.ts`).
 *
 * Promised by every implementation:
 * - **Contiguous.** An attempt always holds lines 1..head, once each, in order. What keeps two writers (of one
 *   process or of several) from storing the same line twice is the store's own key, not a check before a write.
 * - **Durable.** When `append`, `claim`, `end` or `merge` has answered, what it did survives `kill -9` and a
 *   power cut. A call that rejected may have done its work all the same: every call may be repeated.
 * - **Fenced.** The claim is compared in the same atomic step that makes a line count; after a newer claim was
 *   given, nothing is stored under an older one.
 * - **Ordered.** Writes to one attempt take effect in the order in which they were made here, and are answered in it.
 * - **Isolated.** A refused chunk changes nothing, and disturbs no other call that shares its commit.
 * - **Recovering.** Where the disk is full or the database away, writes reject with DATABASE_ERROR, nothing is
 *   acknowledged, reads go on as far as they can, and the next call tries afresh.
 *
 * Not promised: that a read sees a commit of another process at once, nor that a unit which was read is still
 * stored under the same range later: merging replaces short units by longer ones that hold the same lines.
 *
 * Rejections are `KerutaError`s. Chunks are handed over: the caller must not touch a frame after `append`.
 */
export interface LogStore {
  /**
   * Finds or creates the attempt of this run and the right to add to it. An attempt that was given up goes on.
   *
   * Without `hello.claim` the caller takes the attempt over: the claim goes up by one. With the current claim it
   * goes on. With an older one it rejects with SUPERSEDED. A claim newer than the store's means the store was
   * restored from a copy: it is taken as current. A run not seen before gets the next attempt number; an unknown
   * task is created. An attempt that has ended can be claimed: its agent may not know yet.
   */
  claim(taskId: string, hello: Hello): Promise<Claimed>;

  /**
   * Verifies a chunk and stores it. See `AppendOutcome`. Rejects with DATABASE_ERROR.
   *
   * The chunk is numbered as its agent numbers its own lines (see "agent numbers" below).
   */
  append(claimed: ClaimKey, frame: Uint8Array): Promise<AppendOutcome>;

  /**
   * Adds lines that are not the agent's, right behind the head, whatever the chunk's own numbering; they move the
   * agent's later lines up. Needs no claim, and works whether the attempt is running or has ended. Answers `stored`,
   * or `refused` with CHUNK_INVALID or CHUNK_TOO_LARGE. Not idempotent: one that may have been done must not be
   * repeated blindly. Rejects with ATTEMPT_NOT_FOUND.
   */
  insert(attempt: AttemptKey, frame: Uint8Array): Promise<InsertOutcome>;

  /**
   * Records how the attempt ended. The first end stands; later ones are answered alike and change nothing. Where
   * lines up to `end.lastSequence` are missing, nothing is recorded and `gap` is answered. Rejects with SUPERSEDED.
   */
  end(claimed: ClaimKey, end: End): Promise<EndOutcome>;

  /** Notes whether the script waits for input. Nothing changes where the attempt has ended. Rejects with SUPERSEDED. */
  setWaiting(claimed: ClaimKey, waiting: boolean): Promise<StoredAttempt>;

  /**
   * Ends an attempt whose agent stays away, in one step with the line that says so (inserted as by `insert`): FAILED, `lost`, the
   * reason. Undefined, and nothing is changed, where it has ended already or a newer claim than `claim` was given.
   */
  giveUp(
    claimed: ClaimKey,
    frame: Uint8Array,
    reason: string,
    endedAtUs: number,
  ): Promise<GivenUp | undefined>;

  /** Attempts that have not ended, so that those whose agent is gone are found after a restart. */
  running(): Promise<StoredAttempt[]>;

  /**
   * Consecutive units from the one that holds `sequence` on: at least one if `sequence` is stored, more while
   * their frames together stay within `maxBytes`. Empty past the head. Where the line was deleted, from the first one
   * that was not (`deletedThrough + 1`). Rejects with ATTEMPT_NOT_FOUND.
   */
  read(attempt: AttemptKey, sequence: number, maxBytes: number): Promise<Unit[]>;

  /**
   * Sealed segments that begin after `after`, ascending, and how far sealing has come: every line up to `sealedThrough`
   * that was not deleted is in a segment. Deletion puts another segment in the place of one that it cuts, under a new address.
   */
  manifest(attempt: AttemptKey, after: number): Promise<StoredManifest | undefined>;

  /** A sealed segment's body, compressed as stored, or as plain columns. */
  segment(
    attempt: AttemptKey,
    address: SegmentAddress,
    as: "zstd" | "plain",
  ): Promise<Uint8Array | undefined>;

  /** Creates a task without an attempt. Rejects with TASK_ALREADY_EXISTS. */
  createTask(taskId: string, details: TaskDetails): Promise<StoredTask>;

  /** Sets the details that are given, leaves the others; `null` takes one away. Undefined: no such task. */
  updateTask(taskId: string, changes: TaskChanges): Promise<StoredTask | undefined>;

  /**
   * Removes the task with all its attempts, lines and inputs. False: no such task. A task that gets its id later begins
   * afresh; no claim that was given before is good for it.
   */
  deleteTask(taskId: string): Promise<boolean>;

  task(taskId: string): Promise<StoredTask | undefined>;

  /** Newest first, without their scripts (`details.script`), which can be long. */
  tasks(query: TaskQuery): Promise<StoredTask[]>;

  /** How many tasks match, `limit` and `before` aside. */
  countTasks(query: Pick<TaskQuery, "status" | "q">): Promise<number>;

  /** Ascending. Empty for a task that is not known. */
  attempts(taskId: string): Promise<StoredAttempt[]>;

  /**
   * Deletes the lines up to `through`, exactly: what stands behind it in the same chunk or segment stays, and keeps its
   * sequence. Counts and bytes are of what is left. Durable, all or nothing; repeating it deletes nothing more. Answers with how
   * many lines went. Rejects with ATTEMPT_NOT_FOUND.
   */
  deleteLines(attempt: AttemptKey, through: number): Promise<DeletedLines>;

  /**
   * Queues text for the script of a task, behind what is queued already. Rejects with TASK_NOT_FOUND, or with
   * RATE_LIMIT_EXCEEDED where `limits.maxWaitingInputs` wait.
   */
  addInput(taskId: string, input: NewInput): Promise<StoredInput>;

  /** The inputs that nobody has taken, ascending. */
  inputs(taskId: string): Promise<StoredInput[]>;

  /** Takes an input out of the queue; false where it was taken before: of several callers exactly one is told true. */
  takeInput(taskId: string, id: number): Promise<boolean>;

  /**
   * Takes an input out of the queue in one step with the line of the attempt's log that says what became of it, inserted as by
   * `insert`. Undefined, and nothing is changed, where it was taken before. Rejects with ATTEMPT_NOT_FOUND.
   */
  settleInput(attempt: AttemptKey, id: number, frame: Uint8Array): Promise<InsertOutcome | undefined>;

  /**
   * Merges one due run of chunks (see `planMerge`); says whether it did, so that the caller can go on or rest.
   * Safe to cut off anywhere and to repeat: the longer unit is written before the shorter ones go, and where
   * both are there readers take the longer. False also for an attempt that is not there.
   */
  merge(attempt: AttemptKey): Promise<boolean>;

  /** Attempts with chunks that are not sealed, so that merging goes on after a crash. */
  unsealed(): Promise<Unsealed[]>;

  /** Gives a little of the space of deleted rows back; says whether there is more. */
  reclaim(): Promise<boolean>;

  /** Waits for what was asked before, then releases everything. */
  close(): Promise<void>;
}

export interface AttemptKey {
  readonly taskId: string;
  readonly attempt: number;
}

export interface ClaimKey extends AttemptKey {
  readonly claim: number;
}

/**
 * An attempt as stored. Whether its agent is connected is not the store's to know. `head` counts inserted lines too.
 *
 * **Agent numbers.** An agent numbers its own lines 1, 2, … and knows nothing of those that were inserted between them
 * (`insert`, `giveUp`). `claim`, `append` and `end` speak in its numbers: the agent's head is `head - inserted`, a chunk it
 * numbers n is stored as n + inserted. Everything else (units, reads, manifests, deletion) speaks in stored sequences.
 */
export interface StoredAttempt extends Omit<AttemptSummary, "connected"> {
  /** How many of its lines were inserted. */
  readonly inserted: number;
  /** The UUID of the execution. */
  readonly runId: string;
  /** The newest claim that was given. */
  readonly claim: number;
}

export interface Claimed {
  readonly claim: number;
  readonly attempt: StoredAttempt;
  /** It had been given up, and goes on now. */
  readonly resumed: boolean;
  /** The attempt did not exist before. */
  readonly created: boolean;
}

/** A chunk or segment as readers get it. */
export interface Unit {
  readonly header: ChunkHeader;
  readonly frame: Uint8Array;
}

export type AppendOutcome =
  /** Committed. The frame comes back under its stored sequences, to be fed to viewers. `agentHead` is in agent numbers. */
  | { readonly outcome: "stored"; readonly agentHead: number; readonly unit: Unit }
  /** All of its lines were stored before. */
  | { readonly outcome: "duplicate"; readonly agentHead: number }
  /** It does not begin at `next`; nothing was stored. Both in agent numbers. */
  | { readonly outcome: "gap"; readonly next: number; readonly firstSequence: number }
  /** CHUNK_INVALID, CHUNK_TOO_LARGE, SUPERSEDED or ATTEMPT_ENDED; nothing was stored. */
  | { readonly outcome: "refused"; readonly code: RefusalCode; readonly message: string };

export type RefusalCode = "CHUNK_INVALID" | "CHUNK_TOO_LARGE" | "SUPERSEDED" | "ATTEMPT_ENDED";

export type InsertOutcome =
  | {
      readonly outcome: "stored";
      readonly attempt: StoredAttempt;
      readonly unit: Unit;
    }
  | {
      readonly outcome: "refused";
      readonly code: "CHUNK_INVALID" | "CHUNK_TOO_LARGE";
      readonly message: string;
    };

export interface GivenUp {
  readonly attempt: StoredAttempt;
  readonly unit: Unit;
}

export interface DeletedLines {
  readonly deleted: number;
  readonly attempt: StoredAttempt;
}

export interface NewInput {
  /** At most `limits.maxInputBytes` in UTF-8. */
  readonly text: string;
  /** The script's standard input ends behind it. */
  readonly eof: boolean;
  /** Who sent it. */
  readonly by: string;
}

export interface StoredInput extends NewInput {
  /** 1, 2, … within the task, never used again. */
  readonly id: number;
}

export type EndOutcome =
  | { readonly outcome: "ended"; readonly attempt: StoredAttempt }
  /** `next` in agent numbers. */
  | { readonly outcome: "gap"; readonly next: number };

export interface StoredManifest {
  readonly attempt: StoredAttempt;
  readonly segments: ManifestSegment[];
  readonly sealedThrough: number;
}

export interface SegmentAddress {
  readonly firstSequence: number;
  readonly checksum: number;
}

export interface StoredTask {
  readonly id: string;
  readonly createdAtUs: number;
  readonly updatedAtUs: number;
  readonly attempts: number;
  readonly details: TaskDetails;
  readonly latest?: StoredAttempt;
}

/** What is known of a task beside its attempts. Kept as it is; REST checks it. Absent: not said. */
export interface TaskDetails {
  readonly name?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly parentTaskId?: string;
  readonly createdBy?: string;
  readonly queueId?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly script?: TaskScript;
  /** 0 to 100. */
  readonly progress?: number;
  readonly message?: string;
  readonly errorCode?: string;
  /** Somebody wants what runs of it to end. */
  readonly cancelRequest?: CancelRequest;
}

/** Kept until the attempts it is for have ended, so that an agent that is away hears of it when it comes back. */
export interface CancelRequest {
  /** Attempts up to this one are to end. */
  readonly throughAttempt: number;
  readonly by: string;
  readonly reason?: string;
}

export type TaskChanges = { readonly [Name in keyof TaskDetails]?: TaskDetails[Name] | null };

/** What an agent that fetches its script runs. */
export interface TaskScript {
  readonly content?: string;
  readonly language?: string;
  readonly filename?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly installScript?: string;
  readonly executeScript?: string;
  readonly cleanupScript?: string;
  readonly createdAtUs: number;
  readonly updatedAtUs: number;
}

export interface TaskQuery {
  readonly status?: TaskStatus;
  /** Part of the task's id or name; letters of ASCII match in either case. */
  readonly q?: string;
  readonly limit: number;
  /** Id of the last task of the page before. */
  readonly before?: string;
  /** So many are passed over; it costs more the more they are. */
  readonly offset?: number;
}

export interface Unsealed extends AttemptKey {
  readonly state: AttemptState;
  readonly rawBytes: number;
  readonly chunks: number;
}
