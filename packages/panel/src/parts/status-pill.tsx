import type { TaskStatus } from "@keruta/protocol";
import type { ComponentType } from "react";
import { useMessages } from "../app/context.tsx";
import { CancelledIcon, DoneIcon, FailedIcon, InputIcon, RunningIcon, WaitingIcon } from "./icons.tsx";

const looks: Readonly<Record<TaskStatus, { readonly Glyph: ComponentType; readonly color: string }>> = {
  PENDING: { Glyph: WaitingIcon, color: "text-muted" },
  PROCESSING: { Glyph: RunningIcon, color: "text-info" },
  WAITING_FOR_INPUT: { Glyph: InputIcon, color: "text-warn" },
  COMPLETED: { Glyph: DoneIcon, color: "text-success" },
  FAILED: { Glyph: FailedIcon, color: "text-error" },
  CANCELLED: { Glyph: CancelledIcon, color: "text-muted" },
};

/** State as glyph and word; `detail` stands beside it (elapsed time). */
export function StatusPill({ status, detail }: { status: TaskStatus; detail?: string | undefined }) {
  const words = useMessages();
  const { Glyph, color } = looks[status];
  return (
    <span
      data-status={status}
      className={`inline-flex h-6 items-center gap-1.5 rounded-full border border-current px-2.5 text-[12px] font-semibold whitespace-nowrap ${color}`}
    >
      <Glyph />
      {words.status[status]}
      {detail === undefined ? null : <span className="font-normal tabular-nums">{detail}</span>}
    </span>
  );
}
