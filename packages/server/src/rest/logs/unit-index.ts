import { type ChunkHeader, lastSequence, releaseBytes } from "@keruta/protocol";
import { keyOf } from "../../attempt-key.ts";
import type { AttemptKey, LogStore, StoredAttempt } from "../../store/log-store.ts";

/** Headers of sealed segments that are kept, over all attempts; past it the attempt that was asked for longest ago goes. */
const maxKeptHeaders = 20_000;
/** Asked of the store at a time for chunks that are not sealed yet. */
const readBytes = 1024 * 1024;

/** The units of an attempt at one moment, ascending: where its lines stand, and how many there are of each kind. */
export interface UnitIndex {
  readonly attempt: StoredAttempt;
  readonly headers: readonly ChunkHeader[];
}

interface Sealed {
  readonly attempt: StoredAttempt;
  readonly sealedThrough: number;
  readonly headers: readonly ChunkHeader[];
}

/** Sealed segments change only where lines are deleted, so their headers are kept and only what is new is asked for. */
export class UnitIndexes {
  /** In the order of use, oldest first. */
  readonly #kept = new Map<string, Sealed>();
  #keptHeaders = 0;

  constructor(private readonly store: LogStore) {}

  /** Undefined: there is no such attempt. */
  async of(key: AttemptKey): Promise<UnitIndex | undefined> {
    const sealed = await this.#sealed(key);
    if (sealed === undefined) return undefined;
    this.#keep(keyOf(key), sealed);
    const { attempt, headers } = sealed;
    return { attempt, headers: [...headers, ...(await this.#loose(sealed))] };
  }

  async #sealed(key: AttemptKey): Promise<Sealed | undefined> {
    const kept = this.#kept.get(keyOf(key));
    const news = await this.store.manifest(key, kept?.headers.at(-1)?.firstSequence ?? 0);
    if (news === undefined || kept === undefined) return news && { ...news, headers: news.segments };
    if (isSameLog(kept.attempt, news.attempt))
      return { ...news, headers: [...kept.headers, ...news.segments] };
    const all = await this.store.manifest(key, 0);
    return all && { ...all, headers: all.segments };
  }

  /** Chunks behind the last segment: usually less than a MiB of text, more where lines come faster than they are sealed. */
  async #loose({ attempt, sealedThrough }: Sealed): Promise<ChunkHeader[]> {
    const headers: ChunkHeader[] = [];
    let next = Math.max(sealedThrough, attempt.deletedThrough ?? 0) + 1;
    while (next <= attempt.head) {
      const units = await this.store.read(attempt, next, readBytes);
      if (units.length === 0) break;
      for (const { header, frame } of units) {
        headers.push(header);
        releaseBytes(frame);
        next = lastSequence(header) + 1;
      }
    }
    return headers;
  }

  #keep(name: string, sealed: Sealed): void {
    this.#keptHeaders += sealed.headers.length - (this.#kept.get(name)?.headers.length ?? 0);
    this.#kept.delete(name);
    this.#kept.set(name, sealed);
    for (const [oldest, { headers }] of this.#kept) {
      if (this.#keptHeaders <= maxKeptHeaders) return;
      this.#kept.delete(oldest);
      this.#keptHeaders -= headers.length;
    }
  }
}

/** Not where lines were deleted meanwhile, nor where the task was and another has its name now. */
function isSameLog(before: StoredAttempt, now: StoredAttempt): boolean {
  return before.runId === now.runId && (before.deletedThrough ?? 0) === (now.deletedThrough ?? 0);
}
