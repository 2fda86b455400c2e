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
 * - **Ordered.** Calls for one attempt take effect in the order in which they were made here.
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
   * Finds or creates the attempt of this run and the right to add to it.
   *
   * Without `hello.claim` the caller takes the attempt over: the claim goes up by one. With the current claim it
   * goes on. With an older one it rejects with SUPERSEDED. A claim newer than the store's means the store was
   * restored from a copy: it is taken as current. A run not seen before gets the next attempt number; an unknown
   * task is created. An attempt that has ended can be claimed: its agent may not know yet.
   */
  claim(taskId: string, hello: Hello): Promise<Claimed>;

  /** Verifies a chunk and stores it. See `AppendOutcome`. Rejects with DATABASE_ERROR. */
  append(claimed: ClaimKey, frame: Uint8Array): Promise<AppendOutcome>;

  /**
   * Records how the attempt ended. The first end stands; later ones are answered alike and change nothing. Where
   * lines up to `end.lastSequence` are missing, nothing is recorded and `gap` is answered. Rejects with SUPERSEDED.
   */
  end(claimed: ClaimKey, end: End): Promise<EndOutcome>;

  /**
   * Consecutive units from the one that holds `sequence` on: at least one if `sequence` is stored, more while
   * their frames together stay within `maxBytes`. Empty past the head.
   */
  read(attempt: AttemptKey, sequence: number, maxBytes: number): Promise<Unit[]>;

  /** Sealed segments that begin after `after`, ascending, and how far sealing has come. */
  manifest(attempt: AttemptKey, after: number): Promise<StoredManifest | undefined>;

  /** A sealed segment's body, compressed as stored, or as plain columns. */
  segment(
    attempt: AttemptKey,
    address: SegmentAddress,
    as: "zstd" | "plain",
  ): Promise<Uint8Array | undefined>;

  task(taskId: string): Promise<StoredTask | undefined>;

  /** Newest first. */
  tasks(query: TaskQuery): Promise<StoredTask[]>;

  /** Ascending. Empty for a task that is not known. */
  attempts(taskId: string): Promise<StoredAttempt[]>;

  /**
   * Merges one due run of chunks (see `planMerge`); says whether it did, so that the caller can go on or rest.
   * Safe to cut off anywhere and to repeat: the longer unit is written before the shorter ones go, and where
   * both are there readers take the longer.
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

/** An attempt as stored. Whether its agent is connected is not the store's to know. */
export type StoredAttempt = Omit<AttemptSummary, "connected">;

export interface Claimed {
  readonly claim: number;
  readonly attempt: StoredAttempt;
  /** The attempt did not exist before. */
  readonly created: boolean;
}

/** A chunk or segment as readers get it. */
export interface Unit {
  readonly header: ChunkHeader;
  readonly frame: Uint8Array;
}

export type AppendOutcome =
  /** Committed. The frame comes back, to be fed to viewers. */
  | { readonly outcome: "stored"; readonly head: number; readonly unit: Unit }
  /** All of its lines were stored before. */
  | { readonly outcome: "duplicate"; readonly head: number }
  /** It does not begin at `next`; nothing was stored. */
  | { readonly outcome: "gap"; readonly next: number; readonly firstSequence: number }
  /** CHUNK_INVALID, CHUNK_TOO_LARGE, SUPERSEDED or ATTEMPT_ENDED; nothing was stored. */
  | { readonly outcome: "refused"; readonly code: RefusalCode; readonly message: string };

export type RefusalCode = "CHUNK_INVALID" | "CHUNK_TOO_LARGE" | "SUPERSEDED" | "ATTEMPT_ENDED";

export type EndOutcome =
  | { readonly outcome: "ended"; readonly attempt: StoredAttempt }
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
  readonly latest?: StoredAttempt;
}

export interface TaskQuery {
  readonly status?: TaskStatus;
  /** Part of the task's id. */
  readonly q?: string;
  readonly limit: number;
  /** Id of the last task of the page before. */
  readonly before?: string;
}

export interface Unsealed extends AttemptKey {
  readonly state: AttemptState;
  readonly rawBytes: number;
  readonly chunks: number;
}
