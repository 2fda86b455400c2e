import { type End, KerutaError } from "@keruta/protocol";
import type { AttemptKey, ClaimKey, LogStore } from "../store/log-store.ts";
import { lineText } from "./make-frame.ts";

/** What the cases of the store's contract are written with. */
export interface StoreCases {
  /** The store under test, which another takes the place of when it is opened again. */
  readonly store: LogStore;
  /** Claims an attempt of the task "task". */
  claim(runId?: string, claimed?: number): Promise<ClaimKey>;
}

export async function mergeAll(store: LogStore, key: AttemptKey): Promise<void> {
  while (await store.merge(key));
}

/** As `readLines` answers them. */
export function lines(first: number, last: number, text = lineText): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index} ${text(first + index)}`);
}

export function ended(lastSequence: number): End {
  return { type: "end", lastSequence, state: "COMPLETED", endedAtUs: 5_000_000 };
}

/** The code with which a call rejects. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof KerutaError ? error.code : `no KerutaError: ${String(error)}`;
}
