import { type AttemptSummary, taskStatusOf } from "@keruta/protocol";
import { useMessages, usePanel } from "../app/context.tsx";
import { type OpenedTaskState, summaryOf } from "../app/opened-task.ts";
import { Link } from "../parts/link.tsx";
import { StatusPill } from "../parts/status-pill.tsx";
import { useNow } from "../parts/use-now.ts";
import { CancelButton } from "./cancel-button.tsx";
import { durationOf, outcomeOf } from "./outcome.ts";

/** Name, state, outcome, attempts and the way to end it, within the page's header. */
export function TaskHeading({ taskId, state }: { taskId: string; state: OpenedTaskState }) {
  const words = useMessages();
  const summary = summaryOf(state);
  return (
    <div className="order-last flex min-w-0 basis-full flex-wrap items-center gap-x-3 gap-y-1 pb-1 sm:order-none sm:flex-1 sm:basis-0 sm:pb-0">
      <h1 className="max-w-full truncate text-[15px] font-semibold">{state.task?.name ?? taskId}</h1>
      {summary === undefined ? <PendingPill state={state} /> : <AttemptPill summary={summary} />}
      {summary === undefined ? null : <Outcome summary={summary} />}
      {state.attempts.length > 1 ? <AttemptSelect taskId={taskId} state={state} /> : null}
      <NewerAttempt taskId={taskId} state={state} words={words} />
      <span className="ml-auto">
        <CancelButton taskId={taskId} summary={summary} />
      </span>
    </div>
  );
}

function PendingPill({ state }: { state: OpenedTaskState }) {
  return state.task === undefined ? null : <StatusPill status={state.task.status} />;
}

function AttemptPill({ summary }: { summary: AttemptSummary }) {
  const isRunning = summary.state === "PROCESSING";
  const nowMs = useNow(isRunning);
  return <StatusPill status={taskStatusOf(summary)} detail={durationOf(summary, nowMs)} />;
}

function Outcome({ summary }: { summary: AttemptSummary }) {
  const words = useMessages();
  const isAway = summary.state === "PROCESSING" && !summary.connected;
  const text = isAway ? words.agentAway : outcomeOf(summary, words);
  return text === undefined ? null : <span className="truncate text-muted">{text}</span>;
}

function AttemptSelect({ taskId, state }: { taskId: string; state: OpenedTaskState }) {
  const words = useMessages();
  const { router } = usePanel();
  return (
    <label className="inline-flex items-center gap-2 text-muted">
      {words.attempt}
      <select
        className="control px-2"
        value={state.attempt}
        onChange={({ target }) => router.go({ page: "task", taskId, attempt: Number(target.value) })}
      >
        {state.attempts.map(({ attempt, state: outcome }) => (
          <option key={attempt} value={attempt}>
            {words.attemptOf(attempt, state.attempts.length)} · {words.status[outcome]}
          </option>
        ))}
      </select>
    </label>
  );
}

interface NewerAttemptProps {
  readonly taskId: string;
  readonly state: OpenedTaskState;
  readonly words: ReturnType<typeof useMessages>;
}

/** Begun while this page shows an older one: never switched to unasked, since someone may be reading. */
function NewerAttempt({ taskId, state, words }: NewerAttemptProps) {
  const newest = state.attempts.at(-1);
  const isNewer = newest !== undefined && state.attempt !== undefined && newest.attempt > state.attempt;
  if (!isNewer || newest.state !== "PROCESSING") return null;
  return (
    <span className="inline-flex items-center gap-2 text-info">
      {words.newerAttempt(newest.attempt)}
      <Link to={{ page: "task", taskId, attempt: newest.attempt }} className="text-link underline">
        {words.show}
      </Link>
    </span>
  );
}
