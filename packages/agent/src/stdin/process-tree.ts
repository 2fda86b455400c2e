import { readdirSync, readFileSync } from "node:fs";
import { bounds } from "../bounds.ts";

export interface Thread {
  readonly pid: number;
  readonly tid: number;
}

/** The threads of a process and of all that descend from it, without looking at any other. Linux only; else none. */
export function threadsBelow(pid: number): Thread[] {
  const threads: Thread[] = [];
  const pids = [pid];
  for (let at = 0; at < pids.length && threads.length < bounds.maxThreadsLookedAt; at++) {
    for (const tid of threadsOf(pids[at]!)) {
      threads.push({ pid: pids[at]!, tid });
      pids.push(...childrenOf(pids[at]!, tid));
    }
  }
  return threads.slice(0, bounds.maxThreadsLookedAt);
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return []; // It has gone meanwhile.
  }
}

function childrenOf(pid: number, tid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${tid}/children`, "latin1").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
