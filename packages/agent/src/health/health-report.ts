import { type Check, type Checks, isHealthy } from "./check.ts";

/** As both documented shapes have it: `status` with a text and `overall` with a truth, and the same of each check. */
export function reportAsJson(checks: Checks, now: Date): object {
  const overall = isHealthy(checks);
  return {
    status: overall ? "healthy" : "unhealthy",
    overall,
    timestamp: now.toISOString(),
    checks: Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, checkAsJson(check)])),
  };
}

function checkAsJson({ healthy, message, latencyMs }: Check): object {
  return {
    healthy,
    status: healthy,
    message,
    ...(latencyMs === undefined ? {} : { latency: latencyMs }),
    ...(healthy ? {} : { error: message }),
  };
}

export function reportAsText(checks: Checks): string {
  const lines = Object.entries(checks).map(([name, check]) => `${name.padEnd(10)} ${checkAsText(check)}\n`);
  return `${lines.join("")}${isHealthy(checks) ? "healthy" : "unhealthy"}\n`;
}

function checkAsText({ healthy, message }: Check): string {
  return `${healthy ? "ok    " : "FAILED"} ${message}`;
}
