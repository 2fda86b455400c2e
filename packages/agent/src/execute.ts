import { runUncaptured } from "./capture.ts";
import type { ExecuteConfig, StreamingConfig } from "./config.ts";
import { type Ending, endingBeforeStart } from "./ending.ts";
import type { Monitor } from "./metrics/monitor.ts";
import { say } from "./say.ts";
import { prepareScript } from "./script/prepare-script.ts";
import { startFailure } from "./start-failure.ts";
import { StopRequests } from "./stop-requests.ts";
import { StreamedRun } from "./streamed-run.ts";
import { supervise } from "./supervise.ts";
import { surroundingsOf } from "./surroundings.ts";

/** Runs the script, its log streamed or not; resolves to the exit code that is ours. */
export async function execute(config: ExecuteConfig): Promise<number> {
  const stops = new StopRequests();
  const { streaming } = config;
  if (streaming === undefined) return (await runOnly(config, stops)).exitCode;
  const monitor = await openMonitor(config, streaming);
  const exitCode = await new StreamedRun(config, streaming, stops, monitor).run();
  monitor?.close();
  return exitCode;
}

/** Undefined where there is none to be: what it needs is not even loaded. */
async function openMonitor(
  { monitoring: { metricsPort } }: ExecuteConfig,
  streaming: StreamingConfig,
): Promise<Monitor | undefined> {
  if (metricsPort === undefined) return undefined;
  const { Monitor } = await import("./metrics/monitor.ts");
  return new Monitor(metricsPort, streaming);
}

async function runOnly(config: ExecuteConfig, stops: StopRequests): Promise<Ending> {
  const { run, stdin, timeoutMs } = config;
  const fetching = new AbortController();
  void stops.asked.then((request) => fetching.abort(request));
  let remove: (() => void) | undefined;
  try {
    const prepared = await prepareScript(run, fetching.signal);
    remove = prepared.remove;
    if (stops.first !== undefined) return endingBeforeStart(stops.first);
    const surroundings = surroundingsOf(prepared, {});
    const script = runUncaptured(prepared.command, stdin === "none" ? "none" : "inherit", surroundings);
    return await supervise(script, {
      ...config,
      stops,
      timeoutMs: timeoutMs || (prepared.timeoutMs ?? 0),
      report: (_level, text) => say(text),
    });
  } catch (cause) {
    if (stops.first !== undefined) return endingBeforeStart(stops.first);
    const { message, ending } = startFailure(run, cause);
    say(message);
    return ending;
  } finally {
    remove?.();
  }
}
