import { useMessages } from "../app/context.tsx";
import type { SurfaceState } from "../log-view/log-surface.ts";
import { ToEndIcon } from "../parts/icons.tsx";

/** While not following: how much has come in the meantime, and the way to it. */
export function WaitingPill({ state, onClick }: { state: SurfaceState; onClick: () => void }) {
  const words = useMessages();
  if (state.isFollowing) return null;
  return (
    <button
      type="button"
      data-part="waiting"
      className="control absolute select-none bottom-4 left-1/2 h-8 -translate-x-1/2 rounded-full bg-raised px-4 shadow-lg shadow-black/25"
      onClick={onClick}
    >
      <ToEndIcon />
      {words.toEnd}
      {state.waitingLines > 0 ? (
        <span className="font-semibold text-info tabular-nums">{words.waitingLines(state.waitingLines)}</span>
      ) : null}
      {state.waitingErrors > 0 ? (
        <span className="font-semibold text-error tabular-nums">
          {words.waitingErrors(state.waitingErrors)}
        </span>
      ) : null}
    </button>
  );
}
