import { bounds } from "../bounds.ts";
import type { Check } from "./check.ts";

/** Whether this process has kept to what it should need, and the machine, or the container, has memory left. */
export function checkMemory(): Check {
  const used = process.memoryUsage.rss();
  const left = process.availableMemory();
  return {
    healthy: used <= bounds.mostMemoryBytes && left >= bounds.leastFreeMemoryBytes,
    message: `${mebibytes(used)} used by the agent, ${mebibytes(left)} left`,
  };
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}
