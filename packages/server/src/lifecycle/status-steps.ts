import { KerutaError, type TaskStatus } from "@keruta/protocol";

/** What brings a task from one status to another. */
export type StatusStep =
  | "stay"
  /** A new attempt. */
  | "begin"
  | "beginAndEnd"
  | "wait"
  | "goOn"
  | "end";

/** The one table of transitions. What is not in it is refused. */
const steps: Readonly<Record<TaskStatus, Readonly<Partial<Record<TaskStatus, StatusStep>>>>> = {
  PENDING: { PENDING: "stay", PROCESSING: "begin", FAILED: "beginAndEnd", CANCELLED: "beginAndEnd" },
  PROCESSING: {
    PROCESSING: "stay",
    WAITING_FOR_INPUT: "wait",
    COMPLETED: "end",
    FAILED: "end",
    CANCELLED: "end",
  },
  WAITING_FOR_INPUT: {
    WAITING_FOR_INPUT: "stay",
    PROCESSING: "goOn",
    COMPLETED: "end",
    FAILED: "end",
    CANCELLED: "end",
  },
  COMPLETED: { COMPLETED: "stay" },
  FAILED: { FAILED: "stay", PROCESSING: "begin" },
  CANCELLED: { CANCELLED: "stay", PROCESSING: "begin" },
};

/** Throws TASK_ALREADY_COMPLETED, INVALID_STATUS_TRANSITION. */
export function stepTo(taskId: string, from: TaskStatus, to: TaskStatus): StatusStep {
  const step = steps[from][to];
  if (step !== undefined) return step;
  if (from === "COMPLETED")
    throw new KerutaError(
      "TASK_ALREADY_COMPLETED",
      `task ${taskId} has completed; its status does not change any more`,
    );
  const allowed = Object.keys(steps[from]).filter((status) => status !== from);
  throw new KerutaError(
    "INVALID_STATUS_TRANSITION",
    `task ${taskId} is ${from} and cannot become ${to}, only ${allowed.join(", ")}`,
  );
}
