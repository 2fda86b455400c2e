import { readFileSync, readlinkSync } from "node:fs";
import { type Thread, threadsBelow } from "./process-tree.ts";
import { waitedDescriptors } from "./waited-descriptors.ts";
import { readingPlaces, waits } from "./waits.ts";

/** `unknown`: for some process nothing says what it is doing, and no other is blocked. */
export type Finding = "blocked" | "notBlocked" | "unknown";

/**
 * Whether a process of the script is blocked reading its input, which is what `names` says in `/proc/PID/fd`. From the
 * system call each thread sleeps in, and from where in the kernel it sleeps where that is not told.
 */
export function findBlocked(scriptPid: number, names: readonly string[]): Finding {
  const threads = names.length === 0 ? [] : threadsBelow(scriptPid);
  let finding: Finding = threads.length === 0 ? "unknown" : "notBlocked";
  for (const thread of threads) {
    const found = lookAt(thread, names);
    if (found === "blocked") return found;
    if (found === "unknown") finding = found;
  }
  return finding;
}

function lookAt(thread: Thread, names: readonly string[]): Finding {
  const { pid, tid } = thread;
  const call = read(`/proc/${pid}/task/${tid}/syscall`);
  if (call === undefined || waits.size === 0) return lookAtPlace(thread, names);
  // "running", or the number, its arguments, the stack and the program counter.
  const [number, ...args] = call.trim().split(" ").map(Number);
  const wait = waits.get(number!);
  if (wait === undefined) return "notBlocked";
  try {
    const waited = waitedDescriptors(pid, wait, args);
    return waited.some((fd) => isOne(pid, fd, names)) ? "blocked" : "notBlocked";
  } catch {
    return "unknown";
  }
}

function lookAtPlace(thread: Thread, names: readonly string[]): Finding {
  if (!isAsleep(thread)) return "notBlocked";
  const place = read(`/proc/${thread.pid}/task/${thread.tid}/wchan`);
  if (place === undefined || place === "" || place === "0") return "unknown";
  return readingPlaces.has(place) && isOne(thread.pid, 0, names) ? "blocked" : "notBlocked";
}

function isOne(pid: number, fd: number, names: readonly string[]): boolean {
  try {
    return names.includes(readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return false;
  }
}

/** The state stands behind the name, which may hold anything. */
function isAsleep({ pid, tid }: Thread): boolean {
  const stat = read(`/proc/${pid}/task/${tid}/stat`);
  return stat?.at(stat.lastIndexOf(")") + 2) === "S";
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
