import { hostname } from "node:os";
import { type Hello, protocolVersion } from "@keruta/protocol";
import type { Identity } from "../identity.ts";
import { nowUs } from "../now-us.ts";
import { version } from "../version.ts";

const prefix = "http-";

/**
 * The run of an attempt that no connection stands for: it came to be by a request. Nobody misses its agent, and it ends
 * when somebody says so.
 */
export function isHttpRun({ runId }: { readonly runId: string }): boolean {
  return runId.startsWith(prefix);
}

/** `producer`: what a producer calls its run; absent: a run of its own. */
export function httpRunId(producer: string = crypto.randomUUID()): string {
  return `${prefix}${producer}`;
}

/** Takes over the run, whoever had it: requests have no claim to show, and take turns. */
export function httpHello(runId: string, { name }: Identity): Hello {
  return {
    type: "hello",
    protocol: protocolVersion,
    runId,
    startedAtUs: nowUs(),
    agent: { version, host: hostname(), pid: process.pid, labels: { by: name } },
  };
}
