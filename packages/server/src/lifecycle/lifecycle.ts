import type { AgentEvents } from "../connected-agents.ts";
import type { StoredTask } from "../store/log-store.ts";
import type { TaskActions } from "../task-actions.ts";
import { AgentDesk } from "./agent-desk.ts";
import { AttemptTeller } from "./attempt-teller.ts";
import { cancelTask } from "./cancel-task.ts";
import { deleteLogs } from "./delete-logs.ts";
import { deleteTask } from "./delete-task.ts";
import { InputDelivery } from "./input-delivery.ts";
import { Inserter } from "./inserter.ts";
import { LostAgents } from "./lost-agents.ts";
import type { LifecycleNeeds } from "./needs.ts";
import type { LifecycleParts } from "./parts.ts";
import { sendInput } from "./send-input.ts";
import { setStatus } from "./set-status.ts";
import { submitLines } from "./submit-lines.ts";
import { updateTask } from "./tasks.ts";
import { Turns } from "./turns.ts";

/** What happens to tasks besides lines that arrive from their agents. */
export interface Lifecycle {
  readonly actions: TaskActions;
  /** Ingest tells these. */
  readonly agentEvents: AgentEvents;
  /** From here on agents that were connected before the server started are missed. */
  start(): Promise<void>;
  /** Nobody is missed any more. */
  stop(): void;
}

export function openLifecycle(needs: LifecycleNeeds): Lifecycle {
  const { store, agents, events, settings, logger } = needs;
  const teller = new AttemptTeller(agents, events);
  const inserter = new Inserter(store, teller, logger);
  const inputs = new InputDelivery(store, teller, logger);
  const lostAfterMs = settings.agentLostAfterMs;
  const lost = new LostAgents({ store, agents, teller, logger, lostAfterMs });
  return {
    actions: taskActions({ ...needs, teller, inserter, inputs, turns: new Turns() }),
    agentEvents: new AgentDesk({ store, inserter, inputs, lost, logger }),
    start: () => lost.start(),
    stop: () => lost.stop(),
  };
}

function taskActions(parts: LifecycleParts): TaskActions {
  const { store, inputs } = parts;
  const telling = async (taskId: string, change: Promise<StoredTask>) => {
    const task = await change;
    parts.taskChanged(taskId);
    return task;
  };
  return {
    submit: (by, taskId, submission) => submitLines(parts, by, taskId, submission),
    createTask: (taskId, details) => telling(taskId, store.createTask(taskId, details)),
    updateTask: (taskId, changes) => telling(taskId, updateTask(parts, taskId, changes)),
    deleteTask: (by, taskId) => deleteTask(parts, by, taskId),
    setStatus: (by, taskId, change) => telling(taskId, setStatus(parts, by, taskId, change)),
    sendInput: (taskId, input) => sendInput(parts, taskId, input),
    takeInput: (taskId) => inputs.takeOldest(taskId),
    cancel: (by, taskId, reason) => cancelTask(parts, by, taskId, reason),
    deleteLogs: (taskId, range) => deleteLogs(parts, taskId, range),
  };
}
