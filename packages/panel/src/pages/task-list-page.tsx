import { useMessages, usePanel } from "../app/context.tsx";
import { useObservable } from "../app/observable.ts";
import type { TaskListState } from "../app/task-list.ts";
import { ConnectionBar } from "../parts/connection-bar.tsx";
import { Notice } from "../parts/notice.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { useTitle } from "../parts/use-title.ts";
import { TaskRow, taskGrid } from "./task-row.tsx";

/** Every task, newest first, each with its live state. */
export function TaskListPage() {
  const words = useMessages();
  const { taskList } = usePanel();
  const state = useObservable(taskList.state);
  useTitle(`${words.tasks} · keruta`);
  return (
    <div className="flex h-full flex-col">
      <PageHeader />
      <ConnectionBar connection={state.connection} />
      <main className="flex min-h-0 flex-1 flex-col overflow-auto">
        <div className="mx-auto flex w-full max-w-300 flex-1 flex-col px-4 py-6">
          <div className="mb-4 flex items-baseline gap-3">
            <h1 className="text-[20px] leading-7 font-semibold">{words.tasks}</h1>
            {state.isLoaded ? (
              <span className="text-muted tabular-nums">
                {words.taskCount(state.tasks.length)}
                {state.hasMore ? "+" : ""}
              </span>
            ) : null}
          </div>
          <Tasks state={state} onMore={() => taskList.more()} />
        </div>
      </main>
    </div>
  );
}

function Tasks({ state, onMore }: { state: TaskListState; onMore: () => void }) {
  const words = useMessages();
  if (!state.isLoaded) return <Unread failure={state.failure} />;
  if (state.tasks.length === 0) return <NoTasks />;
  return (
    <>
      <ColumnNames />
      <ul className="overflow-hidden rounded-lg border border-line">
        {state.tasks.map((task) => (
          <TaskRow key={task.id} task={task} />
        ))}
      </ul>
      {state.hasMore ? (
        <button type="button" className="control mt-4 self-center" onClick={onMore}>
          {words.more}
        </button>
      ) : null}
    </>
  );
}

function ColumnNames() {
  const { columns } = useMessages();
  return (
    <div aria-hidden="true" className={`${taskGrid} hidden pb-2 text-[12px] text-muted sm:grid`}>
      <span>{columns.status}</span>
      <span>{columns.task}</span>
      <span className="text-right">{columns.lines}</span>
      <span className="text-right">{columns.started}</span>
      <span className="text-right">{columns.elapsed}</span>
    </div>
  );
}

function Unread({ failure }: { failure: string | undefined }) {
  const words = useMessages();
  if (failure !== undefined) return <Notice title={words.disconnected}>{failure}</Notice>;
  return (
    <div className="skeleton-late rounded-lg border border-line" aria-hidden="true">
      {skeletonRows.map((row) => (
        <div key={row} className="flex h-13 items-center gap-6 border-b border-line px-4 last:border-0">
          <span className="h-5 w-24 rounded-full bg-hover" />
          <span className="h-3 w-56 rounded-sm bg-hover" />
        </div>
      ))}
    </div>
  );
}

const skeletonRows = [1, 2, 3, 4, 5, 6];

function NoTasks() {
  const words = useMessages();
  return (
    <Notice title={words.noTasks}>
      <p>{words.noTasksHint}</p>
      <code className="rounded-md border border-line bg-raised px-3 py-2 text-left font-mono text-[13px] text-text">
        keruta-agent execute --task-id hello --api-url {window.location.origin} -- sh -c 'echo hello'
      </code>
    </Notice>
  );
}
