import { taskStatusOf } from "@keruta/protocol";
import { useEffect, useRef, useState } from "react";
import { useMessages, usePanel } from "../app/context.tsx";
import { useObservable } from "../app/observable.ts";
import { OpenedTask, type OpenedTaskState, summaryOf } from "../app/opened-task.ts";
import { ConnectionBar } from "../parts/connection-bar.tsx";
import { Link } from "../parts/link.tsx";
import { Notice } from "../parts/notice.tsx";
import { PageHeader } from "../parts/page-header.tsx";
import { useTitle } from "../parts/use-title.ts";
import type { Connection } from "../worker/messages.ts";
import { InputBar } from "./input-bar.tsx";
import { LogPane } from "./log-pane.tsx";
import { TaskHeading } from "./task-heading.tsx";

export interface TaskPageProps {
  readonly taskId: string;
  readonly attempt: number | undefined;
}

/** One task: its state and the log of one of its attempts. */
export function TaskPage({ taskId, attempt }: TaskPageProps) {
  const opened = useOpenedTask(taskId, attempt);
  return opened === undefined ? null : <Opened taskId={taskId} opened={opened} />;
}

let views = 0;

/** Opened while the page is shown, closed when it is left. */
function useOpenedTask(taskId: string, attempt: number | undefined): OpenedTask | undefined {
  const { link } = usePanel();
  const [opened, setOpened] = useState<OpenedTask>();
  useEffect(() => {
    const count = Math.ceil(window.innerHeight / 20);
    const chosen = attempt === undefined ? {} : { attempt };
    const task = new OpenedTask(link, { view: ++views, taskId, count, ...chosen });
    task.open();
    setOpened(task);
    return () => task.close();
  }, [link, taskId, attempt]);
  return opened;
}

function Opened({ taskId, opened }: { taskId: string; opened: OpenedTask }) {
  const words = useMessages();
  const state = useObservable(opened.state);
  const summary = summaryOf(state);
  const status = summary === undefined ? state.task?.status : taskStatusOf(summary);
  useTitle(
    [state.task?.name ?? taskId, status && words.status[status], "keruta"].filter(Boolean).join(" · "),
  );
  const connection = useConnection(opened, state);
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <TaskHeading taskId={taskId} state={state} />
      </PageHeader>
      <ConnectionBar connection={connection} onRetry={() => opened.reopen()} />
      <main className="flex min-h-0 flex-1 flex-col">
        {state.failure === undefined ? (
          <>
            <LogPane taskId={taskId} opened={opened} state={state} />
            <InputBar taskId={taskId} summary={summary} />
          </>
        ) : (
          <Failure taskId={taskId} failure={state.failure} onRetry={() => opened.reopen()} />
        )}
      </main>
    </div>
  );
}

/**
 * The log's own connection while it has one; else that of the task list, which is always kept. When that is back
 * after it was lost, a log without a connection of its own is opened again.
 */
function useConnection(opened: OpenedTask, { failure, log }: OpenedTaskState): Connection {
  const { taskList } = usePanel();
  const { connection } = useObservable(taskList.state);
  const wasLost = useRef(false);
  const hasOwn = log !== undefined && !log.ended;
  const isLive = connection.state === "live";
  const mustReopen = !hasOwn && failure?.isMissing !== true;
  useEffect(() => {
    if (isLive && wasLost.current && mustReopen) opened.reopen();
    wasLost.current = !isLive;
  }, [opened, isLive, mustReopen]);
  return hasOwn ? log.connection : connection;
}

interface FailureProps {
  readonly taskId: string;
  readonly failure: NonNullable<OpenedTaskState["failure"]>;
  readonly onRetry: () => void;
}

function Failure({ taskId, failure, onRetry }: FailureProps) {
  const words = useMessages();
  if (failure.isMissing)
    return (
      <Notice title={words.notFound}>
        <p>{words.notFoundHint(taskId)}</p>
        <Link to={{ page: "tasks" }} className="text-link underline">
          {words.backToTasks}
        </Link>
      </Notice>
    );
  return (
    <Notice title={words.failed}>
      <p>{failure.message}</p>
      <button type="button" className="control" onClick={onRetry}>
        {words.retryNow}
      </button>
    </Notice>
  );
}
