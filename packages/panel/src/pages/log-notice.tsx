import { useMessages } from "../app/context.tsx";
import { lineCountOf, type OpenedTaskState, readLogOf } from "../app/opened-task.ts";
import { Notice } from "../parts/notice.tsx";

/** What lies over the log while there is nothing in it. */
export function LogNotice({ state }: { state: OpenedTaskState }) {
  const words = useMessages();
  const { task, attempt } = state;
  const log = readLogOf(state);
  if (task !== undefined && attempt === undefined) return <Over title={words.emptyPending} />;
  if (log === undefined) return <Loading />;
  if (lineCountOf(log) > 0 || log.partials.length > 0) return null;
  if (log.ended) return <Over title={words.emptyEnded} />;
  return <Over title={words.emptyRunning} hint={words.emptyRunningHint} />;
}

function Over({ title, hint }: { title: string; hint?: string }) {
  return (
    <div className="pointer-events-none absolute inset-0 flex">
      <Notice title={title}>{hint}</Notice>
    </div>
  );
}

/** Rows at their final height, and only when it takes long enough to be noticed. */
function Loading() {
  const words = useMessages();
  return (
    <div className="skeleton-late pointer-events-none absolute inset-0 overflow-hidden py-1" aria-busy="true">
      <span className="sr-only">{words.loading}</span>
      {skeletonWidths.map((width, row) => (
        <div key={row} className="flex h-5 items-center gap-4 px-4">
          <span className="h-2.5 w-28 rounded-sm bg-hover" />
          <span className={`h-2.5 rounded-sm bg-hover ${width}`} />
        </div>
      ))}
    </div>
  );
}

const skeletonWidths = "w-80 w-96 w-60 w-72 w-48 w-96 w-64 w-80 w-56 w-72 w-96 w-60".split(" ");
