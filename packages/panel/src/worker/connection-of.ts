import type { ConnectionEvent } from "@keruta/client";
import type { Connection } from "./messages.ts";

/** With the moment of the next try instead of a span, so that the page can count down. */
export function connectionOf(event: ConnectionEvent, nowMs: number): Connection {
  if (event.state !== "waiting") return { state: event.state };
  return { state: "waiting", reason: event.reason, retryAtMs: nowMs + event.retryInMs };
}
