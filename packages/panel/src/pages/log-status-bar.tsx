import { useEffect, useRef, useState } from "react";
import { useMessages } from "../app/context.tsx";
import { knownLinesOf, type OpenedTaskState } from "../app/opened-task.ts";
import { size } from "../i18n/en.ts";

/** The 24 px at the bottom: connection, size, and what a screen reader is told. */
export function LogStatusBar({ state, isFollowing }: { state: OpenedTaskState; isFollowing: boolean }) {
  const words = useMessages();
  const { log } = state;
  return (
    <footer className="flex h-6 flex-none items-center gap-4 border-t border-line bg-raised px-4 text-[12px] text-muted">
      {log === undefined ? words.loading : <ConnectionWord state={state} />}
      {log === undefined ? null : <span className="tabular-nums">{words.lines(knownLinesOf(log))}</span>}
      {log === undefined ? null : (
        <span className="hidden tabular-nums sm:inline">{size(log.summary.rawBytes)}</span>
      )}
      {log?.error === undefined ? null : <span className="truncate text-error">{log.error}</span>}
      <Announcements state={state} isFollowing={isFollowing} />
    </footer>
  );
}

function ConnectionWord({ state }: { state: OpenedTaskState }) {
  const words = useMessages();
  const log = state.log!;
  const connection = log.connection.state;
  const color = log.ended ? "bg-control" : connection === "live" ? "bg-success" : "bg-bar-warn";
  return (
    <span className="inline-flex items-center gap-1.5" data-connection={log.ended ? "complete" : connection}>
      <span className={`size-2 rounded-full ${color}`} />
      {log.ended ? words.complete : words.connection[connection]}
    </span>
  );
}

/** Spoken politely: changes of state, never the stream of lines. */
function Announcements({ state, isFollowing }: { state: OpenedTaskState; isFollowing: boolean }) {
  const words = useMessages();
  const { log } = state;
  const connection = log?.connection.state ?? "connecting";
  const ended = log?.ended ? words.announce.ended(words.status[log.summary.state]) : undefined;
  const said = ended ?? words.connection[connection];
  const following = isFollowing ? words.announce.following : words.announce.paused;
  const changed = useLastChanged([said, following]);
  return (
    <span role="status" className="sr-only">
      {changed}
    </span>
  );
}

/** The one of `values` that changed last. */
function useLastChanged(values: readonly string[]): string | undefined {
  const before = useRef(values);
  const [last, setLast] = useState(values[0]);
  const key = values.join("\n");
  useEffect(() => {
    const now = key.split("\n");
    setLast((current) => now.find((value, i) => value !== before.current[i]) ?? current);
    before.current = now;
  }, [key]);
  return last;
}
