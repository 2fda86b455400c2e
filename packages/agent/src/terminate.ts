import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";

/**
 * Ends the script's process group: a signal first, SIGKILL to whatever is left of it after the grace.
 */
export class Terminator {
  #killTimer: ReturnType<typeof setTimeout> | undefined;

  /** `pid` leads its own group. `onKill` is told when the grace is over and something was still there. */
  constructor(
    private readonly pid: number,
    private readonly graceMs: number,
    private readonly onKill: () => void,
  ) {}

  /** Passes a signal on that is not meant to end anything. */
  pass(signal: NodeJS.Signals): void {
    this.#send(signal);
  }

  /** Passes the signal on. The grace runs from the first one. */
  signal(signal: NodeJS.Signals): void {
    this.#send(signal);
    this.#killTimer ??= setTimeout(() => {
      if (this.#send("SIGKILL")) this.onKill();
    }, this.graceMs);
  }

  /** Once the script has exited: resolves when nothing of its group that was told to end is left. */
  async finished(): Promise<void> {
    while (this.#killTimer !== undefined && isGroupAlive(this.pid)) await Bun.sleep(pollMs);
    clearTimeout(this.#killTimer);
  }

  #send(signal: NodeJS.Signals): boolean {
    return isGroupAlive(this.pid) && sendToGroup(this.pid, signal);
  }
}

function sendToGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false; // ESRCH: the group is gone.
  }
}

/** A zombie nobody reaps (a container without an init) still answers signals: only /proc tells it from the living. */
function isGroupAlive(group: number): boolean {
  if (!sendToGroup(group, 0)) return false;
  try {
    return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isLiveMember(name, group));
  } catch {
    return true;
  }
}

/** Fields 3 and 5 of /proc/PID/stat: state and process group. */
function isLiveMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, , memberOf] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(memberOf) === group && state !== "Z" && state !== "X";
  } catch {
    return false; // It has gone meanwhile.
  }
}

const pollMs = 20;

export function signalNumber(signal: string): number {
  return constants.signals[signal as NodeJS.Signals] ?? 0;
}
