import type { TaskStatus } from "@keruta/protocol";
import { z } from "zod";
import { statusWord } from "../status-words.ts";
import type { StoredTask } from "../store/log-store.ts";
import { statusOf } from "./status-updates.ts";

const channel = z
  .string()
  .max(300)
  .refine((name) => name === "all" || /^(task|queue):./.test(name), "must be all, task:ID or queue:ID");
const ids = z.array(z.string()).nullish();

/** What is said on `/ws/tasks/status`. Unknown keys are ignored. */
export const statusRequestSchema = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("subscribe"),
    channels: z.array(channel).min(1).max(1_000),
    filters: z.object({ taskIds: ids, queueIds: ids, statuses: z.array(statusWord).nullish() }).nullish(),
  }),
  z.object({ action: z.literal("unsubscribe"), channels: z.array(channel).nullish() }),
  z.object({ action: z.literal("auth"), token: z.string().min(1) }),
  z.object({ action: z.literal("ping") }),
]);
export type StatusRequest = z.output<typeof statusRequestSchema>;
export type Filters = Extract<StatusRequest, { action: "subscribe" }>["filters"];

/** Which tasks a peer wants to know of: those of any of its channels that its filters let through. */
export class TaskChoice {
  readonly #channels = new Set<string>();
  #filters: Filters;

  get channels(): string[] {
    return [...this.#channels];
  }

  /** Adds channels; filters replace those before. */
  add(channels: readonly string[], filters: Filters): void {
    for (const name of channels) this.#channels.add(name);
    this.#filters = filters ?? this.#filters;
  }

  /** Absent: all of them. */
  remove(channels: readonly string[] = this.channels): void {
    for (const name of channels) this.#channels.delete(name);
  }

  has(task: StoredTask): boolean {
    const { id, details } = task;
    const names = ["all", `task:${id}`, `queue:${details.queueId}`];
    return names.some((name) => this.#channels.has(name)) && this.#isThrough(task);
  }

  #isThrough(task: StoredTask): boolean {
    const { taskIds, queueIds, statuses } = this.#filters ?? {};
    return (
      isIn(taskIds, task.id) &&
      isIn(queueIds, task.details.queueId) &&
      isIn<TaskStatus>(statuses, statusOf(task))
    );
  }
}

/** No list: everything is. */
function isIn<T>(list: readonly T[] | null | undefined, value: T | undefined): boolean {
  return list === undefined || list === null || (value !== undefined && list.includes(value));
}
