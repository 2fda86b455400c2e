import { type ChunkHeader, encodeFrame, lastSequence, openFrame, releaseBytes } from "@keruta/protocol";
import { bounds } from "./bounds.ts";
import type { CompressedChunk } from "./compressor.ts";
import { noticeFor } from "./given-up-chunks.ts";
import { noticeChunk } from "./notice-chunk.ts";
import { RecentChunks } from "./recent-chunks.ts";
import { SpoolFiles } from "./spool-files.ts";

export type SpoolPolicy = "block" | "drop-oldest";

export interface SpoolOptions {
  readonly directory: string;
  /** At this size the policy decides. Counts whole files, so it is kept to within one of them. */
  readonly maxBytes: number;
  readonly policy: SpoolPolicy;
  /** Told once each time the disk stops or starts taking chunks. */
  readonly onDisk: (state: "failed" | "recovered", cause: string) => void;
}

export interface SpooledChunk {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly frame: Uint8Array;
}

const unwrittenReason =
  "the spool could not be written while the server could not be reached (--spool-policy drop-oldest)";
const dropReason =
  "the spool reached its limit while the server could not be reached (--spool-policy drop-oldest)";

/**
 * The agent's write-ahead log: gives chunks their sequences and keeps each, in a file and the newest in
 * memory too, until it is acknowledged. A chunk is on disk before `next` can return it, except while
 * the disk cannot be written: then chunks stay in memory, up to `unwrittenBytes`, where the policy decides.
 *
 * The caller waits for `room()` before it makes more; a chunk that is there is never refused.
 */
export class Spool {
  #files: SpoolFiles | undefined;
  readonly #recent = new RecentChunks(bounds.recentBytes);
  #head = 0;
  #next = 1;
  #sent = 0;
  /** What `next` answered, where it was read from a file. */
  #read: Uint8Array | undefined;
  #diskFailed = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #roomWaiters: (() => void)[] = [];

  /** Opens what is in the directory. A directory that cannot be used is told by `onDisk`, not thrown. */
  constructor(private readonly options: SpoolOptions) {
    try {
      this.#files = this.#openFiles();
    } catch (cause) {
      this.#failDisk(cause as Error);
    }
    this.#head = this.#files?.lastSequence ?? 0;
    this.#next = this.#files?.firstSequence ?? 1;
  }

  #openFiles(): SpoolFiles {
    const fileBytes = Math.min(bounds.spoolFileBytes, Math.ceil(this.options.maxBytes / 8));
    return new SpoolFiles(this.options.directory, fileBytes, (sequence, by) => this.#renumber(sequence, by));
  }

  /** The last line in the spool, or acknowledged. */
  get head(): number {
    return this.#head;
  }

  /** When the last line in the files was read; 0 for none. */
  get lastTimeUs(): number {
    return this.#files?.lastTimeUs ?? 0;
  }

  get bytesOnDisk(): number {
    return this.#files?.bytes ?? 0;
  }

  /** For a spool that was left behind: where its end cannot be read, the log says so, once. */
  tellOfDamagedEnd(): void {
    const damage = this.#files?.damagedEnd();
    if (damage === undefined) return;
    const text = `${damage.bytes} bytes at the end of the spool are damaged: the lines in them are missing here`;
    this.append(noticeChunk(text, this.lastTimeUs));
    damage.cutOff();
  }

  append({ header, body }: CompressedChunk): void {
    const numbered: ChunkHeader = { ...header, firstSequence: this.#head + 1 };
    const frame = encodeFrame(numbered, body);
    this.#head += header.lineCount;
    const written = !this.#diskFailed && this.#write(frame, numbered);
    this.#recent.add({ firstSequence: numbered.firstSequence, lineCount: header.lineCount, frame, written });
    if (this.options.policy !== "drop-oldest") return;
    if (this.#recent.unwrittenBytes > bounds.unwrittenBytes) this.#dropUnwritten();
    if (!this.#diskFailed) this.#dropOldest();
  }

  #write(frame: Uint8Array, header: ChunkHeader): boolean {
    try {
      this.#files!.append(frame, header);
      return true;
    } catch (cause) {
      this.#failDisk(cause as Error);
      return false;
    }
  }

  #failDisk(cause: Error): void {
    if (!this.#diskFailed) this.options.onDisk("failed", cause.message);
    this.#diskFailed = true;
    this.#retryTimer = setTimeout(() => this.#retryDisk(), bounds.diskRetryMs);
  }

  /** Writes what only memory has, in order; later chunks must not overtake it. */
  #retryDisk(): void {
    try {
      this.#files ??= this.#openFiles();
      for (const chunk of this.#recent.unwritten()) {
        this.#files.append(chunk.frame, openFrame(chunk.frame).header);
        this.#recent.markWritten(chunk);
      }
    } catch (cause) {
      return this.#failDisk(cause as Error);
    }
    this.#diskFailed = false;
    this.options.onDisk("recovered", "");
    this.#tellRoom();
  }

  /** A good part at once, since all that stays is numbered anew. */
  #dropUnwritten(): void {
    this.#head -= this.#recent.giveUpUnwritten(bounds.unwrittenBytes / 8, this.#sent, (given) =>
      noticeFor(given, unwrittenReason),
    );
  }

  #dropOldest(): void {
    try {
      while (this.bytesOnDisk > this.options.maxBytes)
        if (!this.#files!.dropOldest(this.#sent, dropReason)) return;
    } catch (cause) {
      // Saying what is missing takes a little room itself, and a full disk has none.
      this.#failDisk(cause as Error);
    }
  }

  #renumber(sequence: number, by: number): void {
    this.#recent.renumber(sequence, by);
    this.#head -= by;
  }

  /** Undefined where there is room for more; else resolves when there may be. */
  room(): Promise<void> | undefined {
    if (this.#hasRoom()) return undefined;
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  #hasRoom(): boolean {
    return this.bytesOnDisk <= this.options.maxBytes && this.#recent.unwrittenBytes <= bounds.unwrittenBytes;
  }

  #tellRoom(): void {
    if (this.#roomWaiters.length === 0 || !this.#hasRoom()) return;
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }

  /**
   * The next chunk in order. From now on its lines keep their numbers; `undo` is `resumeAfter`. The frame is good
   * until the next call, or until the chunk is acknowledged.
   */
  next(): SpooledChunk | undefined {
    if (this.#next > this.#head) return undefined;
    if (this.#read !== undefined) releaseBytes(this.#read);
    this.#recent.lent = this.#recent.find(this.#next)?.frame;
    this.#read = this.#recent.lent === undefined ? this.#files?.read(this.#next) : undefined;
    const frame = this.#recent.lent ?? this.#read;
    // A line in neither place can only be one whose file was taken away by someone else.
    if (frame === undefined)
      throw new Error(`cannot find line ${this.#next} in the spool ${this.options.directory}`);
    const { header } = openFrame(frame);
    this.#next = lastSequence(header) + 1;
    if (this.#next > this.#sent) this.#sent = this.#next - 1;
    return { firstSequence: header.firstSequence, lastSequence: this.#next - 1, frame };
  }

  /** The chunk that holds line `sequence` is the next one. Everything before is durable elsewhere. */
  resumeAfter(acknowledged: number): void {
    this.acknowledge(acknowledged);
    this.#files?.closeGap(acknowledged + 1);
    if (acknowledged > this.#head) this.#head = acknowledged;
    this.#next = acknowledged + 1;
  }

  acknowledge(sequence: number): void {
    this.#recent.forget(sequence);
    this.#files?.acknowledge(sequence);
    this.#tellRoom();
  }

  /** Lets go of files and timers; what is in the directory stays. */
  close(): void {
    clearTimeout(this.#retryTimer);
    this.#files?.close();
  }
}
