import { linesKept, type TaskRecord } from "@keruta/protocol";
import { useLanguage, useMessages } from "../app/context.tsx";
import { number } from "../i18n/en.ts";
import type { Language } from "../i18n/language.ts";
import { Link } from "../parts/link.tsx";
import { StatusPill } from "../parts/status-pill.tsx";
import { useNow } from "../parts/use-now.ts";
import { durationOf, outcomeOf } from "./outcome.ts";

/** The columns of the list; on a narrow screen the last three stand below the name. */
export const taskGrid =
  "grid grid-cols-[7.5rem_minmax(0,1fr)] items-center gap-x-4 px-4 sm:grid-cols-[8.5rem_minmax(0,1fr)_8rem_9.5rem_5rem]";

export function TaskRow({ task }: { task: TaskRecord }) {
  const { latest } = task;
  return (
    <li className="border-b border-line last:border-0" data-task={task.id}>
      <Link
        to={{ page: "task", taskId: task.id }}
        className={`${taskGrid} min-h-13 py-2 -outline-offset-2 hover:bg-hover`}
      >
        <span className="self-center">
          <StatusPill status={task.status} />
        </span>
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-semibold">{task.name}</span>
          <Details task={task} />
        </span>
        <span className="hidden text-right text-muted tabular-nums sm:block">
          {latest === undefined ? "" : number(linesKept(latest))}
        </span>
        <span className="hidden text-right text-muted tabular-nums sm:block">
          <Started task={task} />
        </span>
        <span className="hidden text-right tabular-nums sm:block">
          <Elapsed task={task} />
        </span>
      </Link>
    </li>
  );
}

/** What is worth knowing beside the state, if anything. */
function Details({ task }: { task: TaskRecord }) {
  const words = useMessages();
  const { latest } = task;
  const parts = [
    task.attempts > 1 ? `${words.attempt} ${task.attempts}` : undefined,
    outcomeOf(latest, words),
    latest?.state === "PROCESSING" && !latest.connected ? words.agentAway : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? null : (
    <span className="truncate text-[12px] text-muted">{parts.join(" · ")}</span>
  );
}

function Started({ task }: { task: TaskRecord }) {
  const language = useLanguage();
  const startedAt = new Date(task.latest === undefined ? task.createdAt : task.latest.startedAtUs / 1_000);
  return <time dateTime={startedAt.toISOString()}>{formats[language].format(startedAt)}</time>;
}

function Elapsed({ task }: { task: TaskRecord }) {
  const { latest } = task;
  const nowMs = useNow(latest?.state === "PROCESSING");
  return latest === undefined ? null : durationOf(latest, nowMs);
}

const formats: Readonly<Record<Language, Intl.DateTimeFormat>> = {
  en: startedFormat("en"),
  ja: startedFormat("ja"),
};

function startedFormat(language: Language): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(language, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}
