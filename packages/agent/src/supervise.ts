import type { End } from "@keruta/protocol";
import type { Exit, Script } from "./capture.ts";
import { signalNumber, Terminator } from "./terminate.ts";

export interface SuperviseOptions {
  /** 0: none. */
  readonly timeoutMs: number;
  readonly killGraceMs: number;
  /** What the log should say about why the script is being ended. */
  readonly report: (level: "WARN" | "ERROR", text: string) => void;
}

/** How it ended, for our own exit code and for the server. */
export interface Ending {
  readonly exitCode: number;
  readonly end: Pick<End, "state" | "exitCode" | "signal" | "reason">;
}

/** What `timeout` of coreutils exits with. */
export const timeoutExitCode = 124;

const endingSignals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;
const passedSignals = ["SIGUSR1", "SIGUSR2"] as const;

/**
 * Waits for the script; meanwhile signals to us reach its whole process group, and a timeout ends it.
 * Resolves when the script has exited and, if we were ending it, nothing of its group is left.
 */
export async function supervise(script: Script, options: SuperviseOptions): Promise<Ending> {
  const graceText = `${options.killGraceMs / 1_000} s`;
  let cause: { kind: "signal"; signal: string } | { kind: "timeout" } | undefined;
  const terminator = new Terminator(script.pid, options.killGraceMs, () =>
    options.report("ERROR", `the script did not end within ${graceText}: it was killed with SIGKILL`),
  );
  const stopListening = onSignals({
    ending: (signal) => {
      cause ??= { kind: "signal", signal };
      options.report(
        "WARN",
        `${signal} received and passed on to the script; SIGKILL follows after ${graceText}`,
      );
      terminator.signal(signal);
    },
    passed: (signal) => terminator.pass(signal),
  });
  const stopTimeout = onTimeout(options.timeoutMs, () => {
    cause ??= { kind: "timeout" };
    options.report(
      "ERROR",
      `the script timed out after ${options.timeoutMs / 1_000} s: SIGTERM, and SIGKILL after ${graceText}`,
    );
    terminator.signal("SIGTERM");
  });
  const exit = await script.exited;
  stopTimeout();
  await terminator.finished();
  stopListening();
  return endingOf(exit, cause, options.timeoutMs);
}

function onSignals(handlers: {
  ending: (signal: NodeJS.Signals) => void;
  passed: (signal: NodeJS.Signals) => void;
}): () => void {
  for (const signal of endingSignals) process.on(signal, handlers.ending);
  for (const signal of passedSignals) process.on(signal, handlers.passed);
  return () => {
    for (const signal of endingSignals) process.off(signal, handlers.ending);
    for (const signal of passedSignals) process.off(signal, handlers.passed);
  };
}

function onTimeout(timeoutMs: number, expire: () => void): () => void {
  if (timeoutMs === 0) return () => {};
  const timer = setTimeout(expire, timeoutMs);
  return () => clearTimeout(timer);
}

function endingOf(
  exit: Exit,
  cause: { kind: "signal"; signal: string } | { kind: "timeout" } | undefined,
  timeoutMs: number,
): Ending {
  const exitCode = "signal" in exit ? 128 + signalNumber(exit.signal) : exit.exitCode;
  const ended = { exitCode, ...("signal" in exit ? { signal: exit.signal } : {}) };
  if (cause?.kind === "timeout")
    return {
      exitCode: timeoutExitCode,
      end: {
        ...ended,
        exitCode: timeoutExitCode,
        state: "FAILED",
        reason: `timed out after ${timeoutMs / 1_000} s`,
      },
    };
  if (cause?.kind === "signal")
    return {
      exitCode,
      end: { ...ended, state: "CANCELLED", reason: `ended by ${cause.signal} to the agent` },
    };
  if ("signal" in exit)
    return { exitCode, end: { ...ended, state: "FAILED", reason: `killed by ${exit.signal}` } };
  return { exitCode, end: { ...ended, state: exitCode === 0 ? "COMPLETED" : "FAILED" } };
}
