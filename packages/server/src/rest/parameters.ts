import { isTaskId, KerutaError } from "@keruta/protocol";
import type { Context } from "hono";
import type { AttemptKey } from "../store/log-store.ts";

/** Throws INVALID_INPUT. */
export function taskIdOf(context: Context): string {
  const taskId = context.req.param("id") ?? "";
  if (!isTaskId(taskId))
    throw new KerutaError("INVALID_INPUT", "the task id has characters that are not allowed");
  return taskId;
}

export function attemptOf(context: Context): AttemptKey {
  return { taskId: taskIdOf(context), attempt: wholeNumber(context.req.param("attempt") ?? "", "attempt") };
}

/** A whole number of a query, or `absent` where the query does not have it. */
export function queryNumber(context: Context, name: string, absent: number): number {
  const text = context.req.query(name);
  return text === undefined ? absent : wholeNumber(text, name);
}

export function wholeNumber(text: string, name: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new KerutaError("INVALID_INPUT", `${name} must be a whole number, not "${text}"`);
  return value;
}
