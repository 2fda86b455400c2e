import { requireTaskId } from "@keruta/client";
import { type Level, levels, type Source, sources, type TaskStatus, taskStatuses } from "@keruta/protocol";
import { parseSpanMs } from "./times.ts";
import { UsageError } from "./usage-error.ts";

/** Parsers of option values. Each throws UsageError with a sentence that names what is allowed. */

export function wholeNumber(
  name: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    const upTo = max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`;
    throw new UsageError(`${name} ${text}: give a whole number from ${min}${upTo}`);
  };
}

export function sourceList(text: string, earlier: readonly Source[] = []): Source[] {
  return [...earlier, ...listed("--source", sources, text.toLowerCase())];
}

export function levelList(text: string, earlier: readonly Level[] = []): Level[] {
  return [...earlier, ...listed("--level", levels, text.toUpperCase())];
}

export function taskStatus(text: string): TaskStatus {
  return oneOf("--status", taskStatuses, text.toUpperCase());
}

export function oneOf<T extends string>(name: string, allowed: readonly T[], text: string): T {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UsageError(`${name} ${text}: give one of ${allowed.join(", ")}`);
}

/** May be repeated. */
export function taskIdList(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, requireTaskId(text)];
}

export function role(text: string) {
  return oneOf("--role", ["admin", "developer", "viewer", "agent"], text.toLowerCase());
}

export function lifetimeMs(text: string): number {
  const ms = parseSpanMs(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new UsageError(`--expires ${text}: give how long it is to be good: 30m, 24h, 90d`);
}

function listed<T extends string>(name: string, allowed: readonly T[], text: string): T[] {
  return text.split(",").map((part) => oneOf(name, allowed, part.trim()));
}
