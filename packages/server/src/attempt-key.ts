import type { AttemptKey } from "./store/log-store.ts";

/** An attempt as a key of a map. A task id holds no `#`, so two attempts never share one. */
export function keyOf({ taskId, attempt }: AttemptKey): string {
  return `${taskId}#${attempt}`;
}
