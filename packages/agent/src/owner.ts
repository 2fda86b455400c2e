import { readFileSync, readlinkSync } from "node:fs";

/** A process, so named that it cannot be taken for a later one with the same pid. */
export interface Owner {
  readonly pid: number;
  /** When it started, in clock ticks since boot; absent where there is no /proc. */
  readonly startTicks?: string;
  readonly boot?: string;
  readonly pidNamespace?: string;
}

export function thisProcess(): Owner {
  return processNamed(process.pid);
}

function processNamed(pid: number): Owner {
  try {
    return {
      pid,
      startTicks: startTicksOf(pid),
      boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
      pidNamespace: readlinkSync("/proc/self/ns/pid"),
    };
  } catch {
    return { pid };
  }
}

/** Field 22 of /proc/PID/stat. The command before it is in parentheses and may hold anything. */
function startTicksOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
}

/** Whether the process lives; undefined where it cannot be seen from here (another container, another boot). */
export function isAlive(owner: Owner): boolean | undefined {
  const here = thisProcess();
  if (here.boot === undefined || here.boot !== owner.boot || here.pidNamespace !== owner.pidNamespace)
    return undefined;
  try {
    return startTicksOf(owner.pid) === owner.startTicks;
  } catch {
    return false;
  }
}
