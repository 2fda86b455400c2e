import type { Script } from "./capture.ts";
import { type EndCause, type Ending, endingOf } from "./ending.ts";
import type { StopRequest, StopRequests } from "./stop-requests.ts";
import { Terminator } from "./terminate.ts";

export interface SuperviseOptions {
  readonly stops: StopRequests;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly killGraceMs: number;
  /** What the log should say about why the script is being ended. */
  readonly report: (level: "WARN" | "ERROR", text: string) => void;
}

/**
 * Waits for the script; meanwhile signals to us reach its whole process group, and a timeout or whoever cancels it ends
 * it. Resolves when the script has exited and, if we were ending it, nothing of its group is left.
 */
export async function supervise(script: Script, options: SuperviseOptions): Promise<Ending> {
  const { stops, timeoutMs, killGraceMs, report } = options;
  const graceText = `SIGKILL follows after ${killGraceMs / 1_000} s`;
  let cause: EndCause | undefined;
  const terminator = new Terminator(script.pid, killGraceMs, () =>
    report("ERROR", `the script did not end within ${killGraceMs / 1_000} s: it was killed with SIGKILL`),
  );
  stops.listen({
    stop(request) {
      cause ??= request;
      report("WARN", `${stopText(request)}; ${graceText}`);
      terminator.signal(request.kind === "signal" ? request.signal : "SIGTERM");
    },
    pass: (signal) => terminator.pass(signal),
  });
  const stopTimeout = onTimeout(timeoutMs, () => {
    cause ??= { kind: "timeout", timeoutMs };
    report("ERROR", `the script timed out after ${timeoutMs / 1_000} s: it is sent SIGTERM; ${graceText}`);
    terminator.signal("SIGTERM");
  });
  const exit = await script.exited;
  const ending = endingOf(exit, cause);
  stopTimeout();
  await terminator.finished();
  stops.close();
  return ending;
}

function stopText(request: StopRequest): string {
  if (request.kind === "signal") return `${request.signal} received and passed on to the script`;
  return `${cancelText(request)}: the script is sent SIGTERM`;
}

/** Who, when and why. */
export function cancelText({ by, reason }: Extract<StopRequest, { kind: "cancel" }>): string {
  const why = reason === undefined ? "" : ` (${reason})`;
  return `cancelled by ${by} at ${new Date().toISOString()}${why}`;
}

function onTimeout(timeoutMs: number, expire: () => void): () => void {
  if (timeoutMs === 0) return () => {};
  const timer = setTimeout(expire, timeoutMs);
  return () => clearTimeout(timer);
}
