import { useMessages } from "../app/context.tsx";
import type { Connection } from "../worker/messages.ts";
import { WarningIcon } from "./icons.tsx";
import { useNow } from "./use-now.ts";

/** Shown while the server cannot be reached. */
export function ConnectionBar({ connection, onRetry }: { connection: Connection; onRetry?: () => void }) {
  const words = useMessages();
  const nowMs = useNow(connection.state === "waiting");
  if (connection.state !== "waiting") return null;
  const seconds = Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1_000));
  return (
    <div
      data-part="disconnected"
      className="flex min-h-9 flex-none flex-wrap items-center gap-x-3 gap-y-1 border-b border-bar-warn bg-warn-row px-4 py-1 text-[13px]"
      title={connection.reason}
    >
      <span className="inline-flex items-center gap-2 text-warn">
        <WarningIcon />
        {words.disconnected}
      </span>
      <span className="text-text tabular-nums">{words.retryIn(seconds)}</span>
      {onRetry === undefined ? null : (
        <button type="button" className="control h-6" onClick={onRetry}>
          {words.retryNow}
        </button>
      )}
    </div>
  );
}
