import type { AttemptEvents } from "../attempt-events.ts";
import type { OperatorSettings } from "../config.ts";
import type { ConnectedAgents } from "../connected-agents.ts";
import type { Logger } from "../logger.ts";
import type { LogStore } from "../store/log-store.ts";

/** What the server hands to the lifecycle of its tasks. */
export interface LifecycleNeeds {
  readonly store: LogStore;
  readonly agents: ConnectedAgents;
  readonly events: AttemptEvents;
  /** Something that is known of the task besides its attempts is another now. */
  readonly taskChanged: (taskId: string) => void;
  /** For those who look at the task and would wait for more. */
  readonly taskDeleted: (taskId: string) => void;
  readonly settings: Pick<OperatorSettings, "agentLostAfterMs" | "autoCreateTasks">;
  readonly logger: Logger;
}
