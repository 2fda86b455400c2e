import type { KerutaError, ServerMessage } from "@keruta/protocol";
import type { AttemptKey, Claimed, ClaimKey, StoredAttempt } from "./store/log-store.ts";

/** What an agent is told to do with its script. */
export type AgentOrder = Extract<ServerMessage, { type: "input" | "cancel" }>;

/** An agent whose connection to this process holds an attempt's claim. */
export interface ConnectedAgent {
  readonly key: ClaimKey;
  /** Does nothing where the connection is gone: whoever has something to say says it again when it is welcomed. */
  send(order: AgentOrder): void;
  /** Somebody else changed the attempt in the store: what the session tells of it from now on has to agree. */
  learn(attempt: StoredAttempt): void;
  /** Ends the connection for good; no more is told of the attempt. */
  dismiss(why: KerutaError): void;
}

export interface ConnectedAgents {
  agentOf(attempt: AttemptKey): ConnectedAgent | undefined;
  /** Ascending by attempt. */
  agentsOfTask(taskId: string): ConnectedAgent[];
}

/** What agents do, told by ingest to whoever acts for their tasks. None of it may throw. */
export interface AgentEvents {
  /** One wants to go on with an attempt of the task; the store is asked next. */
  arriving(taskId: string): void;
  /** It has been welcomed: it can be sent orders. */
  welcomed(agent: ConnectedAgent, claimed: Claimed): void;
  /** Its connection is gone, with the attempt still running. */
  left(key: ClaimKey): void;
  /** An input reached the script, or could not: `refused` says why. */
  inputTaken(key: ClaimKey, id: number, refused: string | undefined): void;
  ended(attempt: StoredAttempt): void;
}
