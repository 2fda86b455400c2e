import type { AttemptSummary, Source } from "@keruta/protocol";
import type { AttemptKey, Unit } from "./store/log-store.ts";

/**
 * What happens to attempts, told by ingest to whoever feeds viewers or seals. Everything told is durable already,
 * except partials. For one attempt, calls come in the order in which things were committed.
 */
export interface AttemptEvents {
  /** The attempt began, ended, or its agent came or went. */
  changed(summary: AttemptSummary): void;
  /** `unit` is the newest lines; `summary.head` is its last. Its frame is gone after the call: copy what you keep. */
  committed(summary: AttemptSummary, unit: Unit): void;
  /** Empty text: there is none any more. */
  partial(attempt: AttemptKey, source: Source, text: string): void;
}

export function tellAll(listeners: readonly AttemptEvents[]): AttemptEvents {
  return {
    changed(summary) {
      for (const listener of listeners) listener.changed(summary);
    },
    committed(summary, unit) {
      for (const listener of listeners) listener.committed(summary, unit);
    },
    partial(attempt, source, text) {
      for (const listener of listeners) listener.partial(attempt, source, text);
    },
  };
}
