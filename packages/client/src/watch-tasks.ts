import { type AttemptSummary, protocolVersion } from "@keruta/protocol";
import type { ConnectionEvent } from "./follow-events.ts";
import { type ReconnectOptions, type Subscriber, stayConnected } from "./reconnect.ts";

export type WatchEvent = ConnectionEvent | { readonly type: "attempt"; readonly summary: AttemptSummary };

/**
 * Every change of every task's newest attempt, until `signal` aborts. What changed while the
 * connection was away is not repeated: read the list again on `connection` `live`.
 */
export function watchTasks(options: ReconnectOptions): AsyncGenerator<WatchEvent, void, void> {
  return stayConnected(options, everyTask);
}

const everyTask: Subscriber<WatchEvent> = {
  topic: "status",
  subscription: () => ({ type: "subscribe", protocol: protocolVersion, attempt: 0 }),
  *take(message) {
    if (message.type === "attempt") yield message;
    return false;
  },
};
